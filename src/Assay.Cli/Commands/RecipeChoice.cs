// Chooses the safest way to load a file, from what a scan found in it and what lies beside it.
using System.Text;
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Detection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>A way to load a file as Python, or why there is none, with the exit code of the command.</summary>
internal sealed record LoadRecipe(string Text, int Code);

/// <summary>
/// Chooses the safest way to load a file. What runs nothing comes before what runs little: a file of safetensors with the same tensors, a loader that refuses
/// whatever is not listed, a conversion. A file that did not pass gets no recipe for a loader that could run something of it.
/// </summary>
internal static partial class RecipeChoice
{
    private const int MostNames = 400;
    private static readonly HashSet<string> s_torch = ["torch-zip", "torch-legacy", "torch-tar"];

    /// <summary>The recipe of one file.</summary>
    public static LoadRecipe Of(TargetReport report, string path, TensorMap? tensors, string? sibling, string? difference)
    {
        StringBuilder head = new();
        string formats = report.Formats.Count > 0 ? string.Join(", ", report.Formats) : "of no known format";
        Note(head, $"{path}: {formats}. The scan says: {report.Verdict.ToString().ToLowerInvariant()}.");
        if (sibling is not null && difference is not null)
        {
            Note(head, $"{sibling} lies beside it and does not hold the same tensors ({difference}), so it is no replacement.");
        }

        if (sibling is not null && difference is null)
        {
            Note(head, $"{sibling} holds the same tensors bit by bit and can run nothing.");
            return Made(head, Safetensors(sibling), ExitCode.Passed);
        }

        if (report.Formats.Contains("safetensors") && report.Verdict == Verdict.Passed)
        {
            Note(head, "A file of safetensors holds numbers only.");
            return Made(head, Safetensors(path), ExitCode.Passed);
        }

        if (report.Verdict is Verdict.Malicious or Verdict.Suspicious or Verdict.Incomplete)
        {
            return Refused(head, report, path, tensors);
        }

        return Passed(head, report, path, tensors);
    }

    private static LoadRecipe Refused(StringBuilder head, TargetReport report, string path, TensorMap? tensors)
    {
        Note(head, "There is no safe way to load this file with a loader that could run something of it, because:");
        foreach (string why in report.Findings.Where(f => f.Severity >= Severity.Medium).Select(f => $"{f.Rule.Title}: {f.Message}")
            .Concat(report.Unread.Select(u => u.Detail)).Distinct().Take(8))
        {
            Note(head, "- " + why);
        }

        int code = report.Verdict == Verdict.Incomplete ? ExitCode.Incomplete : ExitCode.Findings;
        if (tensors is null)
        {
            return new LoadRecipe(head.ToString(), code);
        }

        Note(head, $"Its {tensors.Tensors.Count} tensors can be taken out without running anything of it; what else it holds is left behind.");
        return Made(head, Converted(path), code);
    }

    private static LoadRecipe Passed(StringBuilder head, TargetReport report, string path, TensorMap? tensors)
    {
        CallableFact[] used = [.. report.Facts.OfType<CallableFact>().Where(c => c.Pickle is not null && c.Reached)];
        List<(string Module, string Name)> names = [];
        foreach (CallableFact one in used)
        {
            if (!Split(one, out (string Module, string Name) name))
            {
                continue;
            }

            if (!DottedName().IsMatch(name.Module) || !DottedName().IsMatch(name.Name) || names.Count > MostNames)
            {
                Note(head, "There is none, because the file asks for names that no list can hold.");
                return tensors is null ? new LoadRecipe(head.ToString(), ExitCode.Incomplete) : Made(head, Converted(path), ExitCode.Passed);
            }

            if (!names.Contains(name))
            {
                names.Add(name);
            }
        }

        names.Sort();
        string[] formats = [.. report.Formats];
        if (formats.Contains("torchscript"))
        {
            Note(head, "The file holds a program of TorchScript, which runs when the model is used; nothing of Python runs.");
            return Made(head, $"import torch\n\nmodel = torch.jit.load({Quoted(path)}, map_location=\"cpu\")\n", ExitCode.Passed);
        }

        if (formats.Any(s_torch.Contains))
        {
            return Torch(head, path, used, names);
        }

        if (formats.Contains("npy") || formats.Contains("npz"))
        {
            return names.Count > 0 ? Restricted(head, path, names, tensors, "numpy")
                : Made(head, $"import numpy\n\ndata = numpy.load({Quoted(path)}, allow_pickle=False)\n", ExitCode.Passed);
        }

        if (report.Facts.OfType<FormatFact>().Any(f => f.Format == "pickle"))
        {
            bool joblib = names.Exists(n => n.Module.StartsWith("joblib", StringComparison.Ordinal)) || !formats.Contains("pickle");
            return Restricted(head, path, names, tensors, joblib ? "joblib" : "pickle");
        }

        string? code = formats switch
        {
            _ when formats.Contains("keras-zip") => $"import keras\n\nmodel = keras.models.load_model({Quoted(path)}, safe_mode=True, compile=False)\n",
            _ when formats.Contains("hdf5") => $"import h5py\n\nfile = h5py.File({Quoted(path)}, \"r\")\n",
            _ when formats.Contains("onnx") => $"import onnxruntime\n\nsession = onnxruntime.InferenceSession({Quoted(path)}, providers=[\"CPUExecutionProvider\"])\n",
            _ when formats.Contains("gguf") => $"from gguf import GGUFReader\n\nmodel = GGUFReader({Quoted(path)})\n",
            _ when formats.Contains("skops") => $"import skops.io\n\n# Types beyond skops' own list are refused: look at what get_untrusted_types names before you trust any.\nmodel = skops.io.load({Quoted(path)}, trusted=[])\n",
            _ => null,
        };
        if (code is not null)
        {
            return Made(head, code, ExitCode.Passed);
        }

        string[] loaders = [.. new LoaderReach(report.Facts).Opening(report.Path).Select(l => l.Id)];
        Note(head, loaders.Length == 0 ? "There is none, because no loader that is known here takes these bytes as they are."
            : $"There is none in Python; it is loaded by {string.Join(", ", loaders)}.");
        return new LoadRecipe(head.ToString(), ExitCode.Incomplete);
    }

    /// <summary>The restricted unpickler of PyTorch, with exactly what this file needs beyond its own list.</summary>
    private static LoadRecipe Torch(StringBuilder head, string path, CallableFact[] used, List<(string Module, string Name)> names)
    {
        HashSet<(string, string)> allowed = [];
        foreach (CallableFact one in used)
        {
            if (one.Pickle!.AllowedBy.Contains("weights-only") && Split(one, out (string, string) name))
            {
                allowed.Add(name);
            }
        }

        List<(string Module, string Name)> further = [.. names.Where(n => !allowed.Contains(n))];
        StringBuilder code = new("import torch\n");
        if (further.Count > 0)
        {
            foreach (string module in further.Select(n => n.Module).Distinct(StringComparer.Ordinal))
            {
                code.Append($"import {module}\n");
            }

            Note(head, "PyTorch 2.4 or later: beyond what it allows by itself, this file needs exactly these names, and the scan found no harm in how it uses them.");
            code.Append("\ntorch.serialization.add_safe_globals([\n");
            further.ForEach(n => code.Append($"    {n.Module}.{n.Name},\n"));
            code.Append("])\n");
        }
        else
        {
            Note(head, "The restricted unpickler of PyTorch allows all that this file needs.");
        }

        code.Append($"\nmodel = torch.load({Quoted(path)}, map_location=\"cpu\", weights_only=True)\n");
        return Made(head, code.ToString(), ExitCode.Passed);
    }

    /// <summary>An unpickler that refuses every name but those that this very file uses.</summary>
    private static LoadRecipe Restricted(StringBuilder head, string path, List<(string Module, string Name)> names, TensorMap? tensors, string loader)
    {
        Note(head, "The unpickler below refuses every name but those that the scan saw in this file and found no harm in; another file under this name would be refused.");
        if (tensors is not null)
        {
            Note(head, $"Without any pickle: assay convert {path} -o NEW.safetensors takes its {tensors.Tensors.Count} tensors out.");
        }

        StringBuilder code = new();
        string parent = loader == "joblib" ? "numpy_pickle.NumpyUnpickler" : "pickle.Unpickler";
        code.Append(loader switch { "joblib" => "import pickle\n\nimport joblib\nfrom joblib import numpy_pickle\n", "numpy" => "import pickle\n\nimport numpy\n", _ => "import pickle\n" });
        code.Append("\nALLOWED = {\n");
        names.ForEach(n => code.Append($"    ({Quoted(n.Module)}, {Quoted(n.Name)}),\n"));
        code.Append("}\n\n\n");
        code.Append($"class Restricted({parent}):\n    def find_class(self, module, name):\n        if (module, name) in ALLOWED:\n            return super().find_class(module, name)\n");
        code.Append("        raise pickle.UnpicklingError(f\"{module}.{name} is not allowed\")\n\n\n");
        code.Append(loader switch
        {
            "joblib" => $"# joblib.load makes its unpickler under this name, whatever the file is compressed with.\nnumpy_pickle.NumpyUnpickler = Restricted\nmodel = joblib.load({Quoted(path)})\n",
            "numpy" => "# numpy.load calls pickle.load for arrays of objects.\npickle.load = lambda file, **settings: Restricted(file, **settings).load()\n"
                + $"data = numpy.load({Quoted(path)}, allow_pickle=True)\n",
            _ => $"with open({Quoted(path)}, \"rb\") as file:\n    model = Restricted(file).load()\n",
        });
        return Made(head, code.ToString(), ExitCode.Passed);
    }

    private static string Safetensors(string path) => $"from safetensors.torch import load_file\n\ntensors = load_file({Quoted(path)})\n";

    private static string Converted(string path)
    {
        string target = Path.ChangeExtension(path, ".safetensors");
        return "import subprocess\n\nfrom safetensors.torch import load_file\n\n"
            + $"subprocess.run([\"assay\", \"convert\", {Quoted(path)}, \"-o\", {Quoted(target)}], check=True)\ntensors = load_file({Quoted(target)})\n";
    }

    private static LoadRecipe Made(StringBuilder head, string code, int exit) => new(head.Append('\n').Append(code).ToString(), exit);

    private static void Note(StringBuilder text, string line) => text.Append("# ").Append(Escape.Visible(line)).Append('\n');

    /// <summary>A name as the unpickler asks for it: the module and what follows it, as they are written in the file.</summary>
    private static bool Split(CallableFact one, out (string Module, string Name) name)
    {
        string written = one.Callee;
        int parts = one.Name.Count(c => c == '.') + 1;
        int at = written.Length;
        for (int i = 0; i < parts && at > 0; i++)
        {
            at = written.LastIndexOf('.', at - 1);
        }

        name = at > 0 ? (written[..at], written[(at + 1)..]) : ("", "");
        return at > 0 && !written.Contains('(', StringComparison.Ordinal);
    }

    /// <summary>A text as Python writes it; what is odd is written by its number.</summary>
    private static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            _ = c is '"' or '\\' ? quoted.Append('\\').Append(c)
                : c is >= ' ' and <= '~' ? quoted.Append(c)
                : quoted.Append($"\\u{(int)c:x4}");
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$", RegexOptions.NonBacktracking)]
    private static partial Regex DottedName();
}
