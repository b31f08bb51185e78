// What changed between two versions of a file or a repository, in what they do.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Inspection;

/// <summary>One change.</summary>
/// <param name="File">The file, by its name below the two roots.</param>
/// <param name="IsNew">Whether the new version has it and the old one did not.</param>
/// <param name="Kind">What it is: <c>file</c>, <c>finding</c>, <c>runs</c>, <c>calls</c>, <c>operator</c>, <c>reference</c>, <c>setting</c>, <c>code</c>, <c>format</c>, <c>tensor</c>.</param>
/// <param name="What">What it is, in short.</param>
/// <param name="Risk">How much it matters, from 0 to 4.</param>
public sealed record BehaviourChange(string File, bool IsNew, string Kind, string What, int Risk);

/// <summary>What changed between two versions, the weightiest first.</summary>
public sealed record RepositoryDiff
{
    /// <summary>The verdicts of the old and the new version.</summary>
    public required (Verdict Old, Verdict New) Verdicts { get; init; }

    /// <summary>The changes.</summary>
    public required IReadOnlyList<BehaviourChange> Changes { get; init; }

    /// <summary>Files whose bytes are the same.</summary>
    public required int Same { get; init; }

    /// <summary>Files of the new version that were not read to the end: what changed in them may be missing here.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Compares two versions; the reports must carry their facts.</summary>
    /// <param name="old">The files of the old version, by their names below its root.</param>
    /// <param name="new">The files of the new version.</param>
    /// <param name="oldTensors">The tensors of a file of the old version; null where nothing is known of them.</param>
    /// <param name="newTensors">The tensors of a file of the new version.</param>
    public static RepositoryDiff Of(
        IReadOnlyDictionary<string, TargetReport> old, IReadOnlyDictionary<string, TargetReport> @new, Func<string, InspectedArtifact?> oldTensors, Func<string, InspectedArtifact?> newTensors)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        ArgumentNullException.ThrowIfNull(oldTensors);
        ArgumentNullException.ThrowIfNull(newTensors);
        List<BehaviourChange> changes = [];
        int same = 0;
        foreach (string name in old.Keys.Union(@new.Keys).Order(StringComparer.Ordinal))
        {
            TargetReport? before = old.GetValueOrDefault(name);
            TargetReport? after = @new.GetValueOrDefault(name);
            if (before is not null && after is not null && before.Sha256 is not null && before.Sha256 == after.Sha256)
            {
                same++;
                continue;
            }

            if (before is null || after is null)
            {
                TargetReport only = after ?? before!;
                changes.Add(new BehaviourChange(name, after is not null, "file", string.Join(", ", only.Formats), after is null ? 0 : only.Facts.Any(f => f is CodeFact) ? 2 : 1));
            }

            SortedDictionary<(string Kind, string What), int> was = Behaviour(before, before is null ? null : oldTensors(name));
            SortedDictionary<(string Kind, string What), int> now = Behaviour(after, after is null ? null : newTensors(name));
            changes.AddRange(now.Where(b => !was.ContainsKey(b.Key)).Select(b => new BehaviourChange(name, true, b.Key.Kind, b.Key.What, b.Value)));

            // That something is gone matters less than that something came.
            changes.AddRange(was.Where(b => !now.ContainsKey(b.Key)).Select(b => new BehaviourChange(name, false, b.Key.Kind, b.Key.What, Math.Min(1, b.Value))));
        }

        return new RepositoryDiff
        {
            Verdicts = (Worst(old.Values), Worst(@new.Values)),
            Unread = [.. @new.Where(n => n.Value.Unread.Count > 0).Select(n => n.Key).Order(StringComparer.Ordinal)],
            Changes = [.. changes.OrderByDescending(c => c.Risk).ThenByDescending(c => c.IsNew).ThenBy(c => c.File, StringComparer.Ordinal)],
            Same = same,
        };
    }

    /// <summary>The same with what the two versions are as a whole: files may do together what none does by itself.</summary>
    public RepositoryDiff Together(BundleReport old, BundleReport @new)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        SortedDictionary<(string Kind, string What), int> was = Findings(old), now = Findings(@new);
        IEnumerable<BehaviourChange> changes = now.Where(n => !was.ContainsKey(n.Key)).Select(n => new BehaviourChange("", true, n.Key.Kind, n.Key.What, n.Value))
            .Concat(was.Where(w => !now.ContainsKey(w.Key)).Select(w => new BehaviourChange("", false, w.Key.Kind, w.Key.What, Math.Min(1, w.Value))));
        return this with
        {
            Verdicts = (Max(Verdicts.Old, old.Judgement.Verdict), Max(Verdicts.New, @new.Judgement.Verdict)),
            Changes = [.. changes.Concat(Changes).OrderByDescending(c => c.Risk).ThenByDescending(c => c.IsNew).ThenBy(c => c.File, StringComparer.Ordinal)],
        };

        static Verdict Max(Verdict one, Verdict other) => one > other ? one : other;
        static SortedDictionary<(string, string), int> Findings(BundleReport whole)
        {
            SortedDictionary<(string, string), int> all = [];
            foreach (Finding finding in whole.Judgement.Findings)
            {
                // Both versions have their own paths in front.
                string message = finding.Message.Replace(whole.Path + "/", "", StringComparison.Ordinal);
                all[("finding", $"{finding.Rule.Id} ({finding.Severity.ToString().ToLowerInvariant()}): {message}")] = (int)finding.Severity;
            }

            return all;
        }
    }

    private static Verdict Worst(IEnumerable<TargetReport> files) => files.Select(f => f.Verdict).DefaultIfEmpty(Verdict.Passed).Max();

    /// <summary>What a file does and holds, each thing with its risk.</summary>
    private static SortedDictionary<(string Kind, string What), int> Behaviour(TargetReport? file, InspectedArtifact? inspected)
    {
        SortedDictionary<(string, string), int> all = [];
        void Add(string kind, string what, int risk) => all[(kind, what)] = Math.Max(risk, all.GetValueOrDefault((kind, what)));
        foreach (Finding finding in file?.Findings ?? [])
        {
            Add("finding", $"{finding.Rule.Id} ({finding.Severity.ToString().ToLowerInvariant()}): {finding.Message}", (int)finding.Severity);
        }

        foreach (Fact fact in file?.Facts ?? [])
        {
            switch (fact)
            {
                case FormatFact format:
                    Add("format", format.Format, 1);
                    break;
                case CallableFact callable:
                    Add("calls", $"{callable.Use.ToString().ToLowerInvariant()} {(callable.Resolved.Length > 0 ? callable.Resolved : callable.Callee)}", callable.Use is CallableUse.Called ? 2 : 1);
                    break;
                case OperatorFact operation:
                    Add("operator", operation.Domain.Length > 0 ? $"{operation.Domain}.{operation.Name}" : operation.Name, operation.Domain.Length > 0 ? 2 : 1);
                    break;
                case ReferenceFact reference:
                    Add("reference", $"{reference.Kind} {reference.Target}", 2);
                    break;
                case EntryFact entry:
                    Add("setting", $"{entry.Key} = {entry.Value}", 2);
                    break;
                case CodeFact code:
                    Add("code", string.Create(CultureInfo.InvariantCulture, $"{code.Language}: {code.Summary}, {code.Length} bytes"), 1);
                    foreach (SourceUse use in code.Uses)
                    {
                        Add("runs", $"{use.Phase}: {use.Callee}{(use.Function.Length > 0 ? " in " + use.Function : "")}", use.Phase is "call" ? 1 : 2);
                    }

                    break;
            }
        }

        Tensors(inspected, Add);
        return all;
    }

    private static void Tensors(InspectedArtifact? root, Action<string, string, int> add)
    {
        Stack<InspectedArtifact> open = new(root is null ? [] : [root]);
        while (open.TryPop(out InspectedArtifact? one))
        {
            foreach (InspectedTensor tensor in one.Tensors?.Tensors ?? [])
            {
                string elements = tensor.Statistics is { } s ? string.Create(CultureInfo.InvariantCulture, $", {s.Min:G9} to {s.Max:G9}, mean {s.Mean:G9}, {s.NaN} NaN, {s.Zero} zero") : "";
                add("tensor", $"{tensor.Name}: {tensor.View.Type} [{string.Join(", ", tensor.View.Shape)}]{elements}", 1);
            }

            foreach (InspectedArtifact member in one.Members)
            {
                open.Push(member);
            }
        }
    }
}
