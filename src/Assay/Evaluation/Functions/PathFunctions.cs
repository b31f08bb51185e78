// Paths as text: what os.path makes of texts alone, without asking the machine.
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Functions of <c>os.path</c> on texts. A home stays a tilde, and a path stays relative where Python would put the current folder in front.</summary>
internal static class PathFunctions
{
    public static void Add(Dictionary<string, PureFunction> all)
    {
        foreach (string module in (ReadOnlySpan<string>)["os.path", "posixpath"])
        {
            all[module + ".join"] = Join;
            all[module + ".dirname"] = (_, a) => a.Count == 1 && a.Text(0) is { } path ? Text(path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : path.StartsWith('/') ? "/" : "", a[0]) : FoldedValue.Unknown;
            all[module + ".basename"] = (_, a) => a.Count == 1 && a.Text(0) is { } path ? Text(path[(path.LastIndexOf('/') + 1)..], a[0]) : FoldedValue.Unknown;
            foreach (string same in (ReadOnlySpan<string>)["abspath", "realpath", "normpath", "expanduser", "expandvars"])
            {
                all[$"{module}.{same}"] = (_, a) => a.Count == 1 && a[0] is FoldedText ? a[0] : FoldedValue.Unknown;
            }
        }

        all["os.fspath"] = (_, a) => a.Count == 1 && a[0] is FoldedText ? a[0] : FoldedValue.Unknown;
    }

    private static FoldedValue Join(Folder folder, IReadOnlyList<FoldedValue> arguments)
    {
        string joined = "";
        foreach (FoldedValue argument in arguments)
        {
            // What cannot be told stands in front: the rest still says where the path leads.
            string part = argument is FoldedText text ? text.Value : "";
            joined = part.StartsWith('/') || joined.Length == 0 ? part : joined.EndsWith('/') ? joined + part : $"{joined}/{part}";
        }

        return arguments.Count > 0 && arguments[^1] is FoldedText && folder.Budget.Room(joined.Length) ? folder.Made(joined, arguments) : FoldedValue.Unknown;
    }

    private static FoldedText Text(string value, FoldedValue from) => new(value) { Layers = from.Layers };
}
