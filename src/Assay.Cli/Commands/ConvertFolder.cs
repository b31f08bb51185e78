// One run of assay convert on the directory of a model.
using System.Globalization;
using System.IO.Enumeration;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>
/// Converts the directory of a model into a new one: weights become safetensors under the names that loaders look for, texts that a
/// model needs are copied where a scan finds nothing in them, everything else is left out and named. The new directory appears whole or not at all. Two files that would get
/// one name are one where they hold the same tensors, and a reason to convert nothing where they do not.
/// </summary>
internal sealed class ConvertFolder(Host host, ConvertArguments arguments, string real)
{
    private static readonly string[] s_texts = [".json", ".txt", ".md", ".vocab", ".jinja", ".model", ".spm", ".tiktoken", ".yaml", ".yml", ".tsv"];
    private static readonly string[] s_weights = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz", ".joblib", ".safetensors", ".th", ".metadata"];
    private readonly List<string> _lines = [];
    private readonly List<string> _lost = [];
    private readonly List<string> _missing = [];
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly ConvertIndexes _indexes = new(host, real, arguments.Limits);
    private readonly Lazy<Scanner> _scanner = new(() => new Scanner(new ScanOptions { Rules = RuleSet.Default }));
    private readonly HashSet<string> _companions = new(StringComparer.Ordinal);
    private int _converted;

    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        string target = Path.GetFullPath(arguments.Output);
        string? parent = Path.GetDirectoryName(target);
        if (Path.Exists(target) || parent is null || !Directory.Exists(parent))
        {
            throw new UsageException($"{arguments.Output} must be a directory that is not there yet, in one that is.");
        }

        if (RealPath.Of(parent) is not { } place || RealPath.IsWithin(place, real))
        {
            throw new UsageException("The new directory would lie inside the one that is converted.");
        }

        AbandonedOutput.Sweep(parent);
        string temporary = AbandonedOutput.NewName(parent);
        try
        {
            FileOutput.Guard(temporary, () => Directory.CreateDirectory(temporary));
            using (FileOutput.Guard(temporary, () => AbandonedOutput.Hold(temporary)))
            {
                Walk(temporary);
            }

            if (_converted > 0 && _missing.Count == 0 && !(arguments.Strict && _lost.Count > 0))
            {
                FileOutput.Guard(target, () => Directory.Move(temporary, target));
            }
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }

        using StreamWriter writer = host.Writer();
        foreach (string line in _lines)
        {
            writer.WriteLine(line);
        }

        if (_converted > 0 && _missing.Count > 0)
        {
            writer.WriteLine($"Nothing was written: without {string.Join(", ", _missing.Select(Escape.Visible))} it would be another model. Complete the directory, or take away what does not belong to it.");
            return ExitCode.Incomplete;
        }

        if (arguments.Strict && _lost.Count > 0)
        {
            writer.WriteLine($"Nothing was written: something of {string.Join(", ", _lost.Select(Escape.Visible))} would be left behind.");
            return ExitCode.Findings;
        }

        if (_lines.Count == 0)
        {
            writer.WriteLine("There is nothing to convert: the directory has no files.");
        }

        return _converted > 0 ? ExitCode.Passed : ExitCode.Nothing;
    }

    private void Walk(string temporary)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        List<string> paths = [.. new FileSystemEnumerable<string>(real, (ref FileSystemEntry e) => e.ToFullPath(), all)
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory || IsLink(ref e),
            ShouldRecursePredicate = (ref FileSystemEntry e) => !IsLink(ref e),
        }.Order(StringComparer.Ordinal)];
        _indexes.Read(paths);
        // What is safe already keeps its name.
        foreach (string path in paths.OrderBy(p => Path.GetExtension(p) != ".safetensors"))
        {
            host.Cancellation.ThrowIfCancellationRequested();
            string relative = Path.GetRelativePath(real, path);
            string folder = Path.Join(temporary, Path.GetDirectoryName(relative));
            if (_companions.Contains(path))
            {
                Tell(relative, "left out: its tensors were carried over with the pickle beside it");
            }
            else if (new FileInfo(path).LinkTarget is null ? FileKinds.Of(path) != FileKind.Regular : !IsNameInCache(path))
            {
                // A link to weights elsewhere is a part of the model, and what it leads to may be anything.
                if (IsWeights(path))
                {
                    _missing.Add(relative);
                }

                Tell(relative, "left out: it is a link, or no regular file");
            }
            else if (_indexes.SuperfluousTo(relative) is { } index)
            {
                Tell(relative, $"left out: the files of {Escape.Visible(index)} hold the same tensors");
            }
            else if (relative.EndsWith(ConvertIndexes.End, StringComparison.Ordinal) || !TryConvert(path, relative, folder))
            {
                Beside(path, relative, folder);
            }
        }

        if (_converted > 0)
        {
            _indexes.Write(temporary);
        }
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool IsWeights(string path) => s_weights.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>The cache of huggingface_hub has links for names: what they lead to is what loaders open.</summary>
    private static bool IsNameInCache(string path) => RealPath.Of(path) is { } file && HubCache.IsName(path, file) && FileKinds.Of(file) == FileKind.Regular;

    private bool TryConvert(string path, string relative, string folder)
    {
        bool expected = IsWeights(path);
        WeightFile? file;
        try
        {
            file = WeightFile.TryOpen(host, path, arguments.Limits);
        }
        catch (MalformedException e)
        {
            // A text that begins like a pickle is no file of weights; what calls itself one and breaks is refused.
            return expected ? throw new MalformedException(e.Offset, $"{relative}: {e.Message}") : false;
        }

        if (file is null)
        {
            return false;
        }

        using (file)
        {
            if (file.Map.Shards.Count > 0)
            {
                // Its files are converted by themselves, and it would name what is not there any more.
                Tell(relative, "left out: an index under a name that no loader looks for");
                return true;
            }

            // The pickle's name is the start of theirs, so it comes before them.
            _companions.UnionWith(file.Map.Companions.Select(c => Path.Join(Path.GetDirectoryName(path), c)));
            string name = ConvertNames.Of(relative);
            bool shard = _indexes.IsShard(relative);
            ConversionPlan plan = Plan(file, relative, new ConversionOptions
            {
                FileName = Path.GetFileName(name),
                MaxShardSize = shard ? long.MaxValue : arguments.MaxShardSize,
            });
            if (plan.Tensors.Count == 0)
            {
                Tell(relative, "left out: it holds no tensors");
                return true;
            }

            if (!_owners.TryAdd(name, relative))
            {
                Same(file, relative, _owners[name], name);
                return true;
            }

            if (arguments.Loses(file.Map))
            {
                _lost.Add(relative);
            }

            FileOutput.Guard(folder, () => Directory.CreateDirectory(folder));
            using FileOutput output = new(folder, replace: false);
            ConversionBar bar = new(host, relative);
            ConversionPlan? unsaved = arguments.PlanUnsaved(file.Map, Path.GetFileName(name));
            Named(relative, () => bar.Run(() => Converter.Write(plan, output, arguments.Verify, bar, host.Cancellation), arguments.Progress));
            if (unsaved is { Tensors.Count: > 0 })
            {
                Named(relative, () => Converter.Write(unsaved, output, arguments.Verify, null, host.Cancellation));
            }

            output.Commit();
            _converted++;
            _indexes.Planned(relative, plan);
            using StringWriter text = new(CultureInfo.InvariantCulture);
            ConversionText.Write(relative, file.Map, plan, arguments.Verify, text, unsaved);
            _lines.Add(text.ToString().TrimEnd('\n'));
            return true;
        }
    }

    private static ConversionPlan Plan(WeightFile file, string relative, ConversionOptions options)
    {
        ConversionPlan? plan = null;
        Named(relative, () => plan = ConversionPlan.Of(file.Map, options));
        return plan!;
    }

    /// <summary>Does something with one file; where the file is refused, the sentence begins with its name.</summary>
    private static void Named(string relative, Action work)
    {
        try
        {
            work();
        }
        catch (MalformedException e)
        {
            throw new MalformedException(e.Offset, $"{relative}: {e.Message}");
        }
    }

    /// <summary>Two files would get one name: where they hold the same tensors, one of them is enough.</summary>
    private void Same(WeightFile file, string relative, string other, string name)
    {
        using WeightFile first = WeightFile.Open(host, Path.Join(real, other), arguments.Limits);
        TensorDifference? difference = null;
        Named(relative, () => difference = TensorComparison.FirstDifference(first.Map, file.Map, null, host.Cancellation));
        if (difference is not null)
        {
            throw new MalformedException(0, $"{other} and {relative} would both become {name} and do not hold the same tensors: {difference.Tensor}: {difference.What}");
        }

        Tell(relative, $"left out: {Escape.Visible(other)} holds the same tensors");
    }

    private void Beside(string path, string relative, string folder)
    {
        if (relative.EndsWith(ConvertIndexes.End, StringComparison.Ordinal))
        {
            Tell(relative, "left out: an index is made anew");
            return;
        }

        // A download that broke off, a pointer to what is stored elsewhere, an archive under the name of weights: without it the new model is another one. What lies beside a description
        // of OpenVINO belongs to that.
        if (IsWeights(path) && !File.Exists(Path.ChangeExtension(path, ".xml")))
        {
            _missing.Add(relative);
            Tell(relative, $"cannot be converted: {(new FileInfo(path).Length == 0 ? "it is empty" : "its name promises weights, and it holds none that are read here")}");
            return;
        }

        if (!s_texts.Contains(Path.GetExtension(path).ToLowerInvariant()) && Path.GetFileName(path) is not ("LICENSE" or "NOTICE" or "README"))
        {
            Tell(relative, "left out: it is neither weights nor a text that a model needs");
            return;
        }

        ScanInput input = new() { Path = relative, Open = () => FileOpening.Open(path), Named = true };
        if (_scanner.Value.Scan(input, host.Cancellation).Report is { Verdict: not Verdict.Passed } report)
        {
            Tell(relative, $"left out: the scan says {report.Verdict.ToString().ToLowerInvariant()} ({Escape.Visible(report.Findings is [var worst, ..] ? worst.Rule.Title : "it could not be read")})");
            return;
        }

        FileOutput.Guard(relative, () =>
        {
            Directory.CreateDirectory(folder);
            File.Copy(path, Path.Join(folder, Path.GetFileName(path)));
        });
        Tell(relative, "copied");
    }

    private void Tell(string relative, string what) => _lines.Add($"{Escape.Visible(relative)}: {what}");
}
