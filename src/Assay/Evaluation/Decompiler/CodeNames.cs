// Names for what a pickle imports and makes.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Names for imports and variables. A name means one thing in the whole text, however many pickles it covers.</summary>
internal sealed class CodeNames
{
    /// <summary>Names that the text itself uses: an import of the same name gets another one.</summary>
    private static readonly HashSet<string> s_ours =
        ["persistent_load", "find_class", "get_extension", "bytearray", "set", "frozenset", "float", "int", "next", "buffers"];

    private const int Kept = 100_000;
    private readonly Dictionary<(string Module, string Name), string> _imports = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>Where to look for the next free name: a thousand modules may all have a <c>load</c>.</summary>
    private readonly Dictionary<string, int> _numbers = [];
    private int _variables;

    /// <summary>The next variable.</summary>
    public string NextVariable() => string.Create(CultureInfo.InvariantCulture, $"v{++_variables}");

    /// <summary>
    /// The local name of what is imported: <c>system</c>, or <c>system_2</c> where that means something else already. Null where Python has
    /// no import statement for it. <paramref name="first"/> is what the statement imports; the loader walks the rest.
    /// </summary>
    public string? Import(ImportRow row, out string first, out string local)
    {
        first = "";
        local = "";
        bool walks = row.Protocol >= 4;
        if (row.IsComputed || !PythonLiteral.IsDotted(row.ResolvedModule)
            || !(walks ? PythonLiteral.IsDotted(row.ResolvedName) : PythonLiteral.IsIdentifier(row.ResolvedName)))
        {
            return null;
        }

        int dot = row.ResolvedName.IndexOf('.', StringComparison.Ordinal);
        first = dot < 0 ? row.ResolvedName : row.ResolvedName[..dot];
        if (!_imports.TryGetValue((row.ResolvedModule, first), out string? name))
        {
            if (_imports.Count >= Kept)
            {
                return null;
            }

            name = first;
            bool ours = row.ResolvedModule != "builtins" && (s_ours.Contains(name) || IsBuiltin(name));
            int number = _numbers.GetValueOrDefault(first, 2);
            for (; ours || IsVariable(name) || !_taken.Add(name); number++)
            {
                ours = false;
                name = string.Create(CultureInfo.InvariantCulture, $"{first}_{number}");
            }

            _numbers[first] = number;

            _imports.Add((row.ResolvedModule, first), name);
        }

        local = name;
        return dot < 0 ? name : name + row.ResolvedName[dot..];
    }

    /// <summary>The builtins that attacks are made of: an import from elsewhere must not pass for one.</summary>
    private static bool IsBuiltin(string name) =>
        name is "eval" or "exec" or "compile" or "open" or "getattr" or "setattr" or "__import__" or "print" or "object" or "type";

    private static bool IsVariable(string name) =>
        name.Length > 1 && name[0] == 'v' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
}
