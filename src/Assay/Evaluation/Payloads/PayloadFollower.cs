// Follows what folding recovered: source, commands, code objects, addresses, pickles.
using System.Globalization;
using System.Text;
using Assay.Bytes;
using Assay.Evaluation.Marshalled;
using Assay.Evaluation.Sources;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Payloads;

/// <summary>Collects the texts and the bytes that reach something that runs, loads, sends or writes them. Bounded in number and size.</summary>
internal sealed class PayloadFollower(ScanBudget? budget, int textLimit, HeldMemory? held = null)
{
    private const int MaxTexts = 256;
    private const int MaxBytes = 256;
    private const int MaxWaiting = 4096;

    /// <summary>Characters of a text that is put together of several.</summary>
    private const int MaxJoined = 1 << 20;

    /// <summary>Work for each character of a text that is split into words and literals.</summary>
    private const int TextWork = 40;

    /// <summary>Work for each character of a text that may have been seen before.</summary>
    private const int SeenWork = 2;

    /// <summary>Work for each byte that is hashed, converted or told apart.</summary>
    private const int ByteWork = 8;
    private static readonly Lazy<string[]> s_markers = new(() => EmbeddedTable.Rows("evaluation/indicators.tsv").Single(r => r[0] == "code")[1].Split(' '));
    private readonly HashSet<(string, string)> _seenTexts = [];
    private RecoveredText? _last;
    private readonly HashSet<string> _seenBytes = [];

    /// <summary>The texts that wait or were followed.</summary>
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<RecoveredText> _open = new();
    private IReadOnlyList<string> _outer = [];
    private bool _draining;
    private Folder? _sources;

    public List<RecoveredText> Texts { get; } = [];

    /// <summary>Whether there were more texts, or more of them, than are read.</summary>
    public bool Exceeded { get; private set; }

    public List<RecoveredBytes> Bytes { get; } = [];

    /// <summary>The names of what was reached, for intents.</summary>
    public HashSet<string> Reached { get; } = new(StringComparer.Ordinal);

    /// <summary>Something that is not pure gets arguments.</summary>
    public void Follow(string canonical, Sink? sink, IReadOnlyList<FoldedValue> arguments, long offset)
    {
        if (Reached.Count < 4096)
        {
            Reached.Add(canonical);
        }

        if (sink is null or { Argument: Sink.Result })
        {
            return;
        }

        for (int i = 0; i < arguments.Count && i < 32; i++)
        {
            if (sink.Argument < 0 || sink.Argument == i)
            {
                Value(sink.Kind, arguments[i], offset, 0);
            }
        }
    }

    /// <summary>A text that something gets of which nothing is known: followed where it reads like code that attacks are made of.</summary>
    public static bool LooksLikeCode(string text) =>
        text.Length > 8 && Array.Exists(s_markers.Value, m => text.Contains(m, StringComparison.Ordinal));

    /// <summary>Follows a text that looks like code.</summary>
    public void FollowCodeLike(string text, long offset) => Text("code-like-text", text, offset, []);

    /// <summary>The result of a decoder: what it is, it says itself.</summary>
    public void FollowResult(FoldedValue value, long offset)
    {
        switch (value)
        {
            case FoldedBytes bytes when LooksLikePickle(bytes.Value):
                Add(new RecoveredBytes(Name("decoded", offset), bytes.Value, false));
                break;
            case FoldedBytes bytes when MarshalReader.MayBeCode(bytes.Value) && Pays(MarshalReader.WorkPerByte * (long)bytes.Value.Length) && MarshalReader.TryRead(bytes.Value) is { } code:
                Code(code, offset, [.. bytes.Layers, "marshal"]);
                break;
            case FoldedBytes bytes when bytes.Layers.Count > 0 && Pays(ByteWork * (long)bytes.Value.Length) && Unwrapper.TextOf(bytes.Value) is { } text:
                Text("decoded-text", text, offset, bytes.Layers);
                break;
            case FoldedText text when text.Layers.Count > 0:
                Text("decoded-text", text.Value, offset, text.Layers);
                break;
            case FoldedCode code:
                Code(code.Code, offset, code.Layers);
                break;
        }
    }

    private void Value(string kind, FoldedValue value, long offset, int depth)
    {
        switch (value)
        {
            case FoldedText text when kind == "pickle":
                // What is no byte becomes a question mark.
                if (Pays(ByteWork * (long)text.Value.Length))
                {
                    Add(new RecoveredBytes(Name("pickle", offset), Encoding.Latin1.GetBytes(text.Value), true) { IsLoaded = true });
                }

                break;
            case FoldedText when kind == "model":
                // The path of a file beside this one.
                break;
            case FoldedText text:
                Text(kind, text.Value, offset, text.Layers);
                break;
            case FoldedBytes bytes when kind is "pickle" or "model":
                Add(new RecoveredBytes(Name(kind, offset), bytes.Value, kind == "pickle") { IsLoaded = true });
                break;
            case FoldedBytes bytes:
                if (Pays(ByteWork * (long)bytes.Value.Length) && Unwrapper.TextOf(bytes.Value) is { } decoded)
                {
                    Text(kind, decoded, offset, bytes.Layers);
                }
                else
                {
                    FollowResult(value, offset);
                }

                break;
            case FoldedCode code:
                Code(code.Code, offset, code.Layers);
                break;
            case FoldedSequence list when kind == "shell-command" && list.Items.Count > 0 && list.Items.All(i => i is FoldedText or FoldedBytes):
                Text(kind, Joined(list.Items.Select(i => i is FoldedText t ? t.Value : Encoding.Latin1.GetString(((FoldedBytes)i).Value))), offset, list.Layers);
                break;
            case FoldedSequence list when depth < 3:
                foreach (FoldedValue item in list.Items.Take(64))
                {
                    Value(kind, item, offset, depth + 1);
                }

                break;
            case FoldedDict dict when depth < 3:
                foreach ((FoldedValue _, FoldedValue item) in dict.Pairs.Take(64))
                {
                    Value(kind, item, offset, depth + 1);
                }

                break;
        }
    }

    private void Code(PythonCode code, long offset, IReadOnlyList<string> layers)
    {
        Text("code-names", Joined(code.Names), offset, layers);
        foreach (string text in code.Texts.Where(t => t.Length > 3).Take(64))
        {
            Text("code-text", text, offset, layers);
        }

        foreach (byte[] blob in code.Blobs.Where(LooksLikePickle).Take(8))
        {
            Add(new RecoveredBytes(Name("constant", offset), blob, false));
        }
    }

    /// <summary>Keeps a text, and what can be unpacked from it. Source that hands on more of it comes back here, and waits its turn.</summary>
    private void Text(string kind, string text, long offset, IReadOnlyList<string> layers)
    {
        Wait(new RecoveredText(kind, text, offset, _outer.Count == 0 ? layers : [.. _outer, .. layers]));
        if (_draining)
        {
            return;
        }

        _draining = true;
        try
        {
            Drain();
        }
        finally
        {
            _open.Clear();
            _draining = false;
        }
    }

    private void Drain()
    {
        while (_open.TryDequeue(out RecoveredText? next))
        {
            _last = next;
            if (!Pays(SeenWork * (long)Math.Min(next.Text.Length, textLimit)))
            {
                Exceeded = true;
                continue;
            }

            string kept = next.Text.Length > textLimit ? next.Text[..textLimit] : next.Text;
            if (kept.Trim().Length == 0 || _seenTexts.Contains((next.Kind, kept)))
            {
                continue;
            }

            if (Texts.Count >= MaxTexts || budget?.TrySpendSource(next.Text.Length) == false || !Pays(TextWork * (long)next.Text.Length))
            {
                Exceeded = true;
                continue;
            }

            _seenTexts.Add((next.Kind, kept));
            held?.Add((2L * kept.Length) + (ReferenceEquals(kept, next.Text) ? 0 : 2L * next.Text.Length));

            Texts.Add(next with { Text = kept, IsCut = kept.Length < next.Text.Length });
            if (next.Kind is "python-source" or "decoded-text" or "code-like-text")
            {
                Run(next);
            }

            if (next.Kind is not ("python-source" or "decoded-text" or "code-text" or "shell-command" or "code-like-text") || next.Layers.Count > 16)
            {
                continue;
            }

            foreach (string literal in Literals(next))
            {
                if (Unwrapper.TryUnwrap(literal, budget) is { } inner && !_known.Contains(inner.Text))
                {
                    Unwrapped(inner, next);
                }
            }
        }
    }

    /// <summary>Folds what source does, as far as it hands on something that runs.</summary>
    private void Run(RecoveredText source)
    {
        Folder folder = _sources ??= new Folder(budget, held);
        folder.OnReached = (name, arguments) =>
        {
            string canonical = folder.Canonical(name);
            Follow(canonical, CallableSinks.Of(canonical), arguments, source.Offset);
        };
        _outer = source.Layers;
        SourceFolder.Run(source.Text, folder);
        _outer = [];
    }

    private void Unwrapped(Unwrapped inner, RecoveredText outer)
    {
        IReadOnlyList<string> layers = [.. outer.Layers, .. inner.Layers];
        if (LooksLikePickle(inner.Bytes))
        {
            Add(new RecoveredBytes(Name("literal", outer.Offset), inner.Bytes, false));
        }
        else if (MarshalReader.MayBeCode(inner.Bytes) && Pays(MarshalReader.WorkPerByte * (long)inner.Bytes.Length) && MarshalReader.TryRead(inner.Bytes) is { } code)
        {
            Wait(new RecoveredText("code-names", Joined(code.Names), outer.Offset, [.. layers, "marshal"]));
            foreach (string text in code.Texts.Where(t => t.Length > 3).Take(64))
            {
                Wait(new RecoveredText("code-text", text, outer.Offset, [.. layers, "marshal"]));
            }
        }
        else if (inner.Text.Length > 0)
        {
            Wait(new RecoveredText(outer.Kind == "shell-command" ? "shell-command" : "python-source", inner.Text, outer.Offset, layers));
        }
    }

    /// <summary>The parts of a text that may be wrapped: literals of source, words of commands, the text itself where it was a constant.</summary>
    private static string[] Literals(RecoveredText text) => text.Kind switch
    {
        "code-text" or "decoded-text" => [text.Text, .. SourceWords.Of(text.Text).Literals],
        "shell-command" => [.. text.Text.Split([' ', '\'', '"', '|', ';', '\n'], StringSplitOptions.RemoveEmptyEntries).Take(256)],
        _ => [.. SourceWords.Of(text.Text).Literals],
    };

    private void Add(RecoveredBytes bytes)
    {
        if (!Pays(ByteWork * (long)bytes.Bytes.Length))
        {
            return;
        }

        string digest = Sha256.HexOf(bytes.Bytes);
        if (bytes.Bytes.Length > 1 && Bytes.Count < MaxBytes && _seenBytes.Add(digest + bytes.IsPickle))
        {
            held?.Add(bytes.Bytes.Length);
            Bytes.Add(bytes);
        }
    }

    /// <summary>Whether so much work may be done; that it may not is reported.</summary>
    private bool Pays(long work)
    {
        bool pays = budget?.TrySpendFolding(work) != false;
        Exceeded |= !pays;
        return pays;
    }

    private void Wait(RecoveredText text)
    {
        // Many calls may hand over one long text, the same one or an equal one: telling which costs what reading it costs.
        if (ReferenceEquals(text.Text, _last?.Text) && text.Kind == _last!.Kind)
        {
            return;
        }

        if (_open.Count >= MaxWaiting || !Pays(SeenWork * (long)text.Text.Length))
        {
            Exceeded = true;
            return;
        }

        _known.Add(text.Text);
        _open.Enqueue(text);
    }

    /// <summary>Texts with blanks between them, as far as they are not many.</summary>
    private static string Joined(IEnumerable<string> texts)
    {
        StringBuilder joined = new();
        foreach (string text in texts)
        {
            joined.Append(joined.Length == 0 ? "" : " ").Append(text, 0, Math.Min(text.Length, MaxJoined - joined.Length));
            if (joined.Length >= MaxJoined - 1)
            {
                break;
            }
        }

        return joined.ToString();
    }

    internal static bool LooksLikePickle(byte[] bytes) => bytes is [0x80, >= 2 and <= 5, _, ..] || (bytes.Length > 4 && bytes[0] is (byte)'c' or (byte)'(' && bytes[^1] == '.');

    private static string Name(string what, long offset) => string.Create(CultureInfo.InvariantCulture, $"{what}@0x{offset:x}");
}
