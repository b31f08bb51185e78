// Where what source hands to others goes: into files that it names beside it, into objects that it is put into.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private const int MostLooked = 16;

    /// <summary>What is of interest where it goes into a file.</summary>
    private const ValueOrigins Followed = ValueOrigins.Store | ValueOrigins.Environment | ValueOrigins.Network;

    /// <summary>
    /// Whoever gets a secret, or an address, and the path of a file beside it may put the one into the other: a copy, an archive, a download, a clone. Which of them does is not known here; what the file holds is said to
    /// stem from there.
    /// </summary>
    private void Spread(string path, IReadOnlyList<FoldedValue> arguments)
    {
        if (arguments.Count == 0 || _folder.Interest is not { } interest || path.StartsWith("builtins.", StringComparison.Ordinal) || path is "os.path.exists" or "os.makedirs" || !_folder.Budget.Step())
        {
            return;
        }

        List<string> files = [];
        ValueOrigins from = ValueOrigins.None;
        foreach (FoldedValue argument in Flat(arguments))
        {
            if (PathObject.Text(argument) is not { Length: > 1 and < LongestPath } text)
            {
                from |= Origins.Of(argument);
            }
            else if (text.Contains("://", StringComparison.Ordinal) || text.StartsWith("git@", StringComparison.Ordinal))
            {
                from |= interest.OriginsOf("?.fetch", [argument]);
            }
            else if (interest.IsPlace(text))
            {
                from |= ValueOrigins.Store;
            }
            else if (text[0] is not '-' && !text.Contains(' ', StringComparison.Ordinal) && text.AsSpan().IndexOfAny('/', '\\', '.') >= 0)
            {
                files.Add(text);
            }
        }

        from &= Followed;
        if (from == ValueOrigins.None)
        {
            return;
        }

        foreach (string file in files)
        {
            if (_written.GetValueOrDefault(file) is not FoldedText { Value.Length: > 0 })
            {
                Write(file, Origins.Unknown(from | (_written.GetValueOrDefault(file)?.From ?? ValueOrigins.None)));
            }
        }
    }

    /// <summary>The arguments, and the items of those that are lists.</summary>
    private static IEnumerable<FoldedValue> Flat(IReadOnlyList<FoldedValue> arguments)
    {
        int left = MostLooked;
        foreach (FoldedValue argument in arguments)
        {
            IReadOnlyList<FoldedValue> items = argument is FoldedSequence list ? list.Items : [argument];
            for (int i = 0; i < items.Count && left > 0; i++, left--)
            {
                yield return items[i];
            }
        }
    }

    public FoldedContents Holding(IReadOnlyList<FoldedValue> arguments)
    {
        FoldedContents? below = null;
        string file = "";
        for (int i = 0; i < arguments.Count && i < MostLooked; i++)
        {
            below ??= arguments[i] is FoldedFile buffer ? buffer.Contents : (arguments[i] as FoldedInstance)?.Contents;
            file = file.Length == 0 && PathObject.Text(arguments[i]) is { Length: > 1 and < LongestPath } text && text.AsSpan().IndexOfAny('/', '\\', '.') >= 0 ? text : file;
        }

        return new FoldedContents { Below = below, File = file };
    }

    public void Put(FoldedContents contents, IReadOnlyList<FoldedValue> arguments)
    {
        ValueOrigins from = Origins.Of(arguments) | (arguments.Any(a => PathObject.Text(a) is { Length: < LongestPath } text && _folder.Interest?.IsPlace(text) == true) ? ValueOrigins.Store : ValueOrigins.None);
        from &= ValueOrigins.Store | ValueOrigins.Environment;
        if (from == ValueOrigins.None)
        {
            return;
        }

        contents.Add(from);
        if (contents.File.Length > 0)
        {
            Write(contents.File, Origins.Unknown(from));
        }
    }

    /// <summary>Somebody else calls a function with what comes in: it is read once more with that.</summary>
    private void Serve(DefinedFunction function)
    {
        if (_served.Add(function.Node.Number) && function.Node.Tree == _tree)
        {
            _later.Enqueue(function);
        }
    }

    /// <summary>Whether a path that is among the arguments leads to what was fetched, or is what a package gave that was asked for a repository.</summary>
    private bool Fetched(IReadOnlyList<FoldedValue> arguments) =>
        arguments.Any(a => PathObject.Text(a) is { } text && (Named(text) & (ValueOrigins.Network | ValueOrigins.Fetched)) != 0) || ((Origins.Of(arguments) & ValueOrigins.Library) != 0 && _folder.Phase is "load" or "infer");
}
