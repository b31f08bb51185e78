// One run of assay convert on the directory of a model.
using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Hosting.Files;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>
/// Converts the directory of a model into a new one: weights become safetensors under the names that loaders look for, texts that a
/// model needs are copied, everything else is left out and named. The new directory appears whole or not at all.
/// </summary>
internal sealed partial class ConvertFolder(Host host, ConvertArguments arguments, string real)
{
    private static readonly string[] s_texts = [".json", ".txt", ".md", ".vocab"];
    private static readonly string[] s_weights = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz", ".joblib", ".safetensors", ".th"];
    private const string IndexEnd = ".index.json";
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, List<PlannedFile>> _sharded = new(StringComparer.Ordinal);
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

        string temporary = Path.Join(parent, ".assay-" + Path.GetRandomFileName());
        try
        {
            FileOutput.Guard(temporary, () => Directory.CreateDirectory(temporary));
            Walk(temporary);
            if (_converted > 0)
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

        return _converted > 0 ? ExitCode.Passed : ExitCode.Nothing;
    }

    private void Walk(string temporary)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        List<string> paths = [.. Directory.EnumerateFiles(real, "*", all).Order(StringComparer.Ordinal)];
        HashSet<string> taken = [.. paths.Select(p => Path.GetRelativePath(real, p))];
        foreach (string path in paths)
        {
            host.Cancellation.ThrowIfCancellationRequested();
            string relative = Path.GetRelativePath(real, path);
            string folder = Path.Join(temporary, Path.GetDirectoryName(relative));
            if (_companions.Contains(path))
            {
                Tell(relative, "left out: its array was carried over with the pickle beside it");
            }
            else if (FileKinds.Of(path) != FileKind.Regular)
            {
                Tell(relative, "left out: it is no regular file");
            }
            else if (relative.EndsWith(IndexEnd, StringComparison.Ordinal) || !TryConvert(path, relative, folder, taken))
            {
                Beside(path, relative, folder);
            }
        }

        foreach ((string stem, List<PlannedFile> files) in _sharded)
        {
            byte[] index = ConversionIndex.Of(files);
            FileOutput.Guard(stem, () => File.WriteAllBytes(Path.Join(temporary, stem + ".safetensors.index.json"), index));
        }
    }

    private bool TryConvert(string path, string relative, string folder, HashSet<string> taken)
    {
        bool expected = s_weights.Contains(Path.GetExtension(path).ToLowerInvariant());
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
                // An index under another name: its files are converted by themselves.
                return false;
            }

            // The pickle's name is the start of theirs, so it comes before them.
            _companions.UnionWith(file.Map.Companions.Select(c => Path.Join(Path.GetDirectoryName(path), c)));
            string name = Name(relative, taken);
            Match shard = Shard().Match(name);
            ConversionPlan plan = Plan(file, relative, new ConversionOptions
            {
                FileName = Path.GetFileName(name),
                MaxShardSize = shard.Success ? long.MaxValue : arguments.MaxShardSize,
            });
            if (plan.Tensors.Count == 0)
            {
                Tell(relative, "left out: it holds no tensors");
                return true;
            }

            FileOutput.Guard(folder, () => Directory.CreateDirectory(folder));
            using FileOutput output = new(folder, replace: false);
            ConversionBar bar = new(host, relative);
            Named(relative, () => bar.Run(() => Converter.Write(plan, output, arguments.Verify, bar, host.Cancellation), arguments.Progress));
            output.Commit();
            _converted++;
            if (shard.Success)
            {
                string stem = Path.Join(Path.GetDirectoryName(relative), shard.Groups[1].Value);
                (_sharded.TryGetValue(stem, out List<PlannedFile>? list) ? list : _sharded[stem] = []).AddRange(plan.Files);
            }

            using StringWriter text = new(CultureInfo.InvariantCulture);
            ConversionText.Write(relative, file.Map, plan, arguments.Verify, text);
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

    /// <summary>The name that loaders look for: <c>pytorch_model</c> becomes <c>model</c>, where that is free.</summary>
    private static string Name(string relative, HashSet<string> taken)
    {
        if (Path.GetExtension(relative) == ".safetensors")
        {
            return relative;
        }

        string stem = Path.ChangeExtension(relative, null);
        string file = Path.GetFileName(stem);
        string renamed = Path.Join(Path.GetDirectoryName(stem), file.StartsWith("pytorch_model", StringComparison.Ordinal) ? file["pytorch_".Length..] : file);
        foreach (string candidate in (string[])[renamed + ".safetensors", stem + ".safetensors", relative + ".safetensors"])
        {
            if (taken.Add(candidate))
            {
                return candidate;
            }
        }

        throw new MalformedException(0, $"{relative}: There is no free name for it.");
    }

    private void Beside(string path, string relative, string folder)
    {
        if (relative.EndsWith(IndexEnd, StringComparison.Ordinal))
        {
            Tell(relative, "left out: an index is made anew");
            return;
        }

        if (!s_texts.Contains(Path.GetExtension(path).ToLowerInvariant()) && Path.GetFileName(path) is not ("LICENSE" or "NOTICE" or "README"))
        {
            Tell(relative, "left out: it is neither weights nor a text that a model needs");
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

    [GeneratedRegex(@"^(?:.*/)?([^/]+)-\d{5}-of-\d{5}\.safetensors$", RegexOptions.NonBacktracking)]
    private static partial Regex Shard();
}
