// Which attributes of its modules a TorchScript archive says are parameters and buffers.
using System.Text;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Reads from the code of a TorchScript archive which attributes of each class of modules are parameters and buffers: those that <c>state_dict()</c> gives,
/// where other attributes may be tensors too. Specification: <c>torch/csrc/jit/serialization/python_print.cpp</c>.
/// </summary>
internal static class TorchScriptModules
{
    private const int LongestSource = 64 << 20;
    private const int WorkPerByte = 100;
    private const int HeldPerByte = 48;

    /// <summary>The classes of modules by their full names, each with those names. Nothing where there is no code, or none that can be read.</summary>
    public static Dictionary<string, IReadOnlySet<string>> Read(TensorSource source, ZipContent zip)
    {
        Dictionary<string, IReadOnlySet<string>> modules = new(StringComparer.Ordinal);
        string folder = zip.Folder + "code/";
        foreach (string name in zip.Names.Where(n => n.StartsWith(folder, StringComparison.Ordinal) && n.EndsWith(".py", StringComparison.Ordinal)))
        {
            if (zip.Open(name, out _) is { } member && member.Range.Length <= LongestSource)
            {
                source.Budget.SpendWork(WorkPerByte * member.Range.Length);
                source.Budget.Hold(HeldPerByte * member.Range.Length, 0);
                try
                {
                    string text = Encoding.UTF8.GetString(member.Source.ReadUpTo(member.Range.Offset, (int)member.Range.Length));
                    Add(PythonParser.Parse(SourceText.OfString(text), source.Budget), name[folder.Length..^3].Replace('/', '.'), modules);
                }
                finally
                {
                    source.Budget.Release(HeldPerByte * member.Range.Length);
                }
            }
        }

        return modules;
    }

    private static void Add(SyntaxTree tree, string file, Dictionary<string, IReadOnlySet<string>> modules)
    {
        foreach (SyntaxNode statement in tree.Root.List(SyntaxField.Body))
        {
            if (statement.Kind is not SyntaxKind.ClassDef)
            {
                continue;
            }

            HashSet<string>? saved = null;
            foreach (SyntaxNode line in statement.List(SyntaxField.Body))
            {
                if (line.Kind is SyntaxKind.Assign && line.List(SyntaxField.Targets) is { Count: 1 } targets && targets[0].Kind is SyntaxKind.Name
                    && targets[0].Name(SyntaxField.Id) is "__parameters__" or "__buffers__" && line[SyntaxField.Value] is { Kind: SyntaxKind.List } list)
                {
                    saved ??= new HashSet<string>(StringComparer.Ordinal);
                    foreach (SyntaxNode item in list.List(SyntaxField.Elts))
                    {
                        if (item is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text or ConstantKind.UnicodeText })
                        {
                            saved.Add(ConstantValue.Text(item));
                        }
                    }
                }
            }

            if (saved is not null)
            {
                modules[$"{file}.{statement.Name(SyntaxField.Name)}"] = saved;
            }
        }
    }
}
