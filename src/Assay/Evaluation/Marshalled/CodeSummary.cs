// Gathers names and constants of a code object and of all code nested in it.
using System.Text;

namespace Assay.Evaluation.Marshalled;

/// <summary>Gathers names and constants of a code object and of all code nested in it.</summary>
internal static class CodeSummary
{
    private const int MaxNodes = 100_000;
    private const int MaxKept = 4096;

    /// <summary>The summary of a marshalled value; null when no code object is in it.</summary>
    public static PythonCode? Of(object? root)
    {
        string? name = null;
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> names = [];
        List<string> texts = [];
        List<byte[]> blobs = [];
        Stack<object?> open = new([root]);
        HashSet<object> visited = new(ReferenceEqualityComparer.Instance);
        for (int nodes = 0; open.TryPop(out object? value) && nodes < MaxNodes; nodes++)
        {
            switch (value)
            {
                case MarshalledCode code when visited.Add(code):
                    name ??= TextOf(code.Parts[code.HasLocalKinds ? 6 : 7]);
                    open.Push(code.Parts[1]);
                    foreach (int part in code.HasLocalKinds ? (ReadOnlySpan<int>)[2, 3] : [2, 3, 4, 5])
                    {
                        AddNames(code.Parts[part]);
                    }

                    AddName(TextOf(code.Parts[code.HasLocalKinds ? 6 : 7]));
                    break;
                case List<object?> items when visited.Add(items):
                    for (int i = items.Count - 1; i >= 0; i--)
                    {
                        open.Push(items[i]);
                    }

                    break;
                case string text when texts.Count < MaxKept && visited.Add(text):
                    texts.Add(text);
                    break;
                case byte[] bytes when texts.Count < MaxKept && visited.Add(bytes):
                    texts.Add(Encoding.Latin1.GetString(bytes));
                    blobs.Add(bytes);
                    break;
            }
        }

        return name is null ? null : new PythonCode { Name = name, Names = names, Texts = texts, Blobs = blobs };

        void AddNames(object? part)
        {
            foreach (object? item in part as List<object?> ?? [])
            {
                AddName(TextOf(item));
            }
        }

        void AddName(string text)
        {
            if (text.Length > 0 && names.Count < MaxKept && seen.Add(text))
            {
                names.Add(text);
            }
        }
    }

    private static string TextOf(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        _ => "",
    };
}
