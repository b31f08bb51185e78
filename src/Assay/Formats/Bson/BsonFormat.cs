// Reads BSON, in which Julia keeps models: documents in documents, with tags by which Julia makes objects and functions of them.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;

namespace Assay.Formats.Bson;

/// <summary>
/// BSON: a length, elements with a type, a name and a value, and a null byte. Julia's package of that name writes objects as documents with a <c>tag</c>: structures and types by the names of their modules, anonymous functions
/// with their code, and loading makes them; what they name is looked up in the modules at hand. Specification: bsonspec.org, and <c>src/read.jl</c> of BSON.jl.
/// </summary>
internal sealed class BsonFormat : IFormat
{
    private const int Least = 12;

    public string Id => "bson";

    public string Name => "BSON (Julia)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".bson"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || view.Range.Length < Least || head.Length < Least || BinaryPrimitives.ReadInt32LittleEndian(head) is var length && (length < Least || length > view.Range.Length))
        {
            return null;
        }

        // A type, and a name that is a word.
        int end = head[5..].IndexOf((byte)0);
        bool isNamed = head[4] is >= 1 and <= 0x13 && end > 0 && head.Slice(5, end).IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        return isNamed && (length == view.Range.Length || view.Artifact.Extension is ".bson") ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context) => new BsonReader(claim.Range, context).Read();
}

/// <summary>Goes through one document and all that lie in it, with an explicit stack.</summary>
internal sealed class BsonReader(ByteRange range, ReadContext context)
{
    private const int MaxDepth = 1_000;
    private const int LongestText = 1 << 16;
    private const int MostTold = 16;

    /// <summary>Types of Julia that hold code which runs when it is called or when its type is made.</summary>
    private static readonly HashSet<string> s_code = new(StringComparer.Ordinal) { "expr", "anonymous", "jl_anonymous", "method", "methods", "codeinfo" };

    /// <summary>What starts programs, runs other code or reaches files by its name in Julia's own modules.</summary>
    private static readonly HashSet<string> s_acting = new(StringComparer.Ordinal) { "eval", "include", "include_string", "run", "Cmd", "open", "download", "dlopen", "ccall", "pipeline", "read", "write", "rm", "spawn", "invokelatest" };

    private readonly Stack<(long End, string Name, List<string>? Texts)> _open = new();
    private readonly ByteCursor _cursor = new(context.Artifact.Bytes, range, context.Budget);
    private int _told;

    /// <summary>Reads all.</summary>
    public void Read()
    {
        try
        {
            Enter("");
            while (_open.TryPeek(out (long End, string Name, List<string>? Texts) at))
            {
                context.Budget.SpendWork(WorkCosts.NearRead, _cursor.Offset);
                byte type = _cursor.U8();
                if (type == 0)
                {
                    Leave(at.End);
                    continue;
                }

                Element(type, Text());
            }
        }
        finally
        {
            context.Cover(new ByteRange(range.Offset, _cursor.Offset - range.Offset), CoverageKind.Parsed);
        }

        if (_cursor.Offset < range.End)
        {
            context.Unread(UnreadCause.Unrecognised, _cursor.Offset, range.End - _cursor.Offset, "Something follows the document.");
        }
    }

    private void Enter(string name)
    {
        long start = _cursor.Offset;
        int length = _cursor.I32();
        long end = _open.TryPeek(out (long End, string Name, List<string>? Texts) around) ? around.End : range.End;
        if (length < 5 || start + length > end)
        {
            context.Anomaly("bson.length", start, 4, $"A document is said to have {length} bytes, which do not fit where it lies.");
            throw new MalformedException(start, "The length of a document is none.");
        }

        if (_open.Count >= MaxDepth)
        {
            throw new MalformedException(start, "Documents lie in each other deeper than readers take.");
        }

        _open.Push((start + length, name, null));
    }

    private void Leave(long end)
    {
        (_, string name, List<string>? texts) = _open.Pop();
        if (_cursor.Offset != end)
        {
            context.Anomaly("bson.length", _cursor.Offset, 0, "A document ends elsewhere than it says.");
            _cursor.Seek(end);
        }

        // The name of a type or function: its modules and its own.
        if (name == "name" && texts is [.., var own] && s_acting.Contains(own))
        {
            Told("bson.julia-acts", end, $"It names {string.Join('.', texts)}, which Julia looks up when the file is loaded.");
        }
    }

    private void Element(byte type, string name)
    {
        switch (type)
        {
            case 0x02 or 0x0D or 0x0E:
                Said(name);
                break;
            case 0x03 or 0x04:
                Enter(name);
                break;
            case 0x05:
                int length = _cursor.I32();
                _cursor.U8();
                ByteRange bytes = new(_cursor.Offset, Math.Max(0, length));
                _cursor.Skip(bytes.Length);
                context.Submit(new Artifact($"{name}@0x{bytes.Offset:x}", context.Artifact.Bytes.Slice(bytes), context.Artifact) { MayBeOpaque = true });
                break;
            case 0x08:
                _cursor.Skip(1);
                break;
            case 0x10:
                _cursor.Skip(4);
                break;
            case 0x01 or 0x09 or 0x11 or 0x12:
                _cursor.Skip(8);
                break;
            case 0x07:
                _cursor.Skip(12);
                break;
            case 0x13:
                _cursor.Skip(16);
                break;
            case 0x0B:
                Text();
                Text();
                break;
            case 0x06 or 0x0A or 0x7F or 0xFF:
                break;
            default:
                throw new MalformedException(_cursor.Offset, $"An element has the type {type}, which is none.");
        }
    }

    private void Said(string key)
    {
        long at = _cursor.Offset;
        int length = _cursor.I32();
        byte[] kept = _cursor.Keep(Math.Max(0, length), LongestText);
        string text = Encoding.UTF8.GetString(kept).TrimEnd('\0');
        if (key == "tag" && s_code.Contains(text))
        {
            Told("bson.julia-code", at, $"It holds code of Julia: the tag {text}.");
        }

        (long end, string name, List<string>? texts) = _open.Pop();
        if (name == "name" && (texts?.Count ?? 0) < 16)
        {
            (texts ??= []).Add(text.Length > 128 ? text[..128] : text);
        }

        _open.Push((end, name, texts));
        foreach (ShellUse use in text.Length > 8 ? ShellLines.Read(text, context.Budget) : [])
        {
            Told(use.Code, at, use.Detail);
        }
    }

    private void Told(string code, long at, string detail)
    {
        if (_told++ < MostTold)
        {
            context.Anomaly(code, at, 0, detail);
        }
    }

    private string Text()
    {
        List<byte> bytes = [];
        for (byte next = _cursor.U8(); next != 0; next = _cursor.U8())
        {
            if (bytes.Count < 1024)
            {
                bytes.Add(next);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
