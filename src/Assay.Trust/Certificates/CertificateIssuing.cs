// Issues certificates: where two readings of a file agree, and everything in it has a reason.
using System.Text.Json;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting;
using Assay.Pickle;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Trust.Checking;

namespace Assay.Trust.Certificates;

/// <summary>
/// Issues a certificate for a file that passed. The checker reads the file as well, and where the two readings of a pickle differ in any import, call or state, there is none:
/// what is certified was seen twice, by programs that share nothing.
/// </summary>
public static class CertificateIssuing
{
    /// <summary>What the checker reads, by the names that scans have for it.</summary>
    private static readonly string[] s_checked = ["pickle", "zip", "npy", "safetensors"];

    private static readonly string[] s_compared = ["import", "call", "build", "method", "persistent"];

    /// <summary>The certificate for a file.</summary>
    /// <exception cref="SettingException">There is none for this file; the sentence says why.</exception>
    public static Certificate Issue(TargetReport report, ScanHead head, RuleSet rules, byte[] file)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(head);
        if (report.Verdict != Verdict.Passed || report.Waived.Count + report.WaivedUnread.Count > 0)
        {
            throw Refused(report, report.Verdict == Verdict.Passed ? "it passes only because somebody says so" : "it did not pass");
        }

        if (!report.Formats.Any(s_checked.Contains))
        {
            throw Refused(report, $"the checker reads pickles, archives of PyTorch and NumPy, arrays and safetensors, and it is {(report.Formats.Count > 0 ? string.Join(", ", report.Formats.Take(3)) : "no model")}");
        }

        IReadOnlyList<CheckedPart> parts;
        string format;
        try
        {
            parts = CheckedFile.Read(file, out format);
        }
        catch (UncheckableException e)
        {
            throw Refused(report, $"the checker cannot read it: {e.Message}");
        }

        foreach (IGrouping<string, CheckedPart> member in parts.Where(p => p.Kind == "pickle").GroupBy(p => p.Path))
        {
            Compare(report, member, CheckedFile.Bytes(file, member.Key));
        }

        Certificate certificate = new()
        {
            Schema = Certificate.CurrentSchema,
            Name = Path.GetFileName(report.Path),
            Size = file.Length,
            Sha256 = report.Sha256 ?? "",
            Format = format,
            Issuer = new CertificateIssuer { Version = head.Version, Rules = head.RulesVersion, RulesDigest = head.RulesDigest, Packs = [.. head.EffectPacks.Select(p => $"{p.Name} {p.Version} {p.Digest}")], Day = head.Day },
            Parts = parts,
            Callables = [.. CertificateChecker.NamesOf(parts).Select(n => Reason(report, rules, n))],
        };

        // Nothing is given out that would not be taken.
        return CertificateChecker.Check(certificate, file).Faults is [var fault, ..] ? throw Refused(report, fault.Sentence.TrimEnd('.')) : certificate;
    }

    private static CertifiedName Reason(TargetReport report, RuleSet rules, string name)
    {
        if (CertificateChecker.Known(name) is { } known)
        {
            return new CertifiedName { Name = name, Does = known.Does, Why = known.Why, By = "checker" };
        }

        (string[] effects, string why) = OfPacks(rules, name) ?? throw Refused(report, $"nothing is known of {name}");
        return new CertifiedName { Name = name, Does = effects.Length > 0 ? string.Join("; ", effects) : "nothing that acts", Why = why, By = "pack" };
    }

    /// <summary>Whether the rules and effect packs here say that calling a name does nothing that acts, whatever it gets.</summary>
    public static bool IsHarmlessHere(RuleSet rules, string name) => OfPacks(rules, name) is ([], _);

    /// <summary>What the packs say that a call of a name does, and why; null where they do not know it.</summary>
    private static (string[] Effects, string Why)? OfPacks(RuleSet rules, string name)
    {
        using MemoryStream answer = new();
        EffectReport.Show(rules, name, evidence: null, answer);
        using JsonDocument document = JsonDocument.Parse(answer.ToArray());
        JsonElement root = document.RootElement;
        return root.GetProperty("known").GetBoolean()
            ? ([.. root.GetProperty("call").EnumerateArray().Select(e => e.GetProperty("means").GetString() ?? "")], root.GetProperty("reason").GetString() ?? "")
            : null;
    }

    private static void Compare(TargetReport report, IEnumerable<CheckedPart> parts, byte[] bytes)
    {
        Events sink = new();
        PickleTrace.Run(new MemorySource(bytes), sink, new ScanBudget(new ScanLimits(), TimeProvider.System));
        (long, string, string)[] seen = [.. parts.SelectMany(p => p.Events.Select(e => (p.Offset + e.Offset, e.Kind, e.Callee)))];
        if (!seen.SequenceEqual(sink.All))
        {
            throw Refused(report, "two readings of it differ");
        }
    }

    private static SettingException Refused(TargetReport report, string why) => new($"There is no certificate for {report.Path}: {why}.");

    private sealed class Events : PickleTraceSink
    {
        public List<(long Offset, string Kind, string Callee)> All { get; } = [];

        public override void Begin(long offset)
        {
        }

        public override void Add(PickleTraceEvent traced, PickleTraceReach reach)
        {
            (long Offset, string Kind, string Callee) seen = (traced.Offset, traced.Kind, traced.Kind switch { "import" => $"{traced.Module}.{traced.Name}", "persistent" => "persistent()", _ => traced.Callee ?? "" });

            // The trace tells an opcode that sets many items once for each of them.
            if (s_compared.Contains(traced.Kind) && !(traced.Kind == "method" && All is [.., var last] && last == seen))
            {
                All.Add(seen);
            }
        }

        public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
        {
        }
    }
}
