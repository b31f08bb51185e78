// The values of a GGUF file's keys: told, checked where programs trust them, and handed on where they are code.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Configuration;

namespace Assay.Formats.Gguf;

/// <summary>The values of a GGUF file's keys. Templates become artifacts of their own; other texts and numbers are entries.</summary>
internal sealed class GgufValues(ByteCursor cursor, ReadContext context, OddityLog oddities)
{
    private const uint TypeText = 8;
    private const uint TypeList = 9;
    private const uint TypeI32 = 5;
    private const uint TypeF32 = 6;
    private const string TemplateKey = "tokenizer.chat_template";
    private const string TokenizerKey = "tokenizer.huggingface.json";
    private const uint LargestAlignment = 1 << 20;

    private readonly Dictionary<string, (uint Type, ulong Count, long Offset)> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _split = new(StringComparer.Ordinal);

    /// <summary>Whether lengths have 64 bits.</summary>
    public bool IsWide { get; set; }

    /// <summary>What offsets of tensors are multiples of.</summary>
    public uint Alignment { get; private set; } = 32;

    /// <summary>Reads the value of a key that stands at <paramref name="at"/>.</summary>
    public void Read(string key, long at)
    {
        uint type = cursor.U32();
        if (type == TypeText)
        {
            Text(key, at);
        }
        else if (type == TypeList)
        {
            List(key, at);
        }
        else
        {
            Scalar(key, type, at);
        }
    }

    /// <summary>The lists of a vocabulary have one type and one length each; programs read them without asking.</summary>
    public void CheckVocabulary()
    {
        ReadOnlySpan<(string Key, uint Type, bool PerToken)> expected =
        [
            ("tokenizer.ggml.tokens", TypeText, true), ("tokenizer.ggml.scores", TypeF32, true), ("tokenizer.ggml.token_type", TypeI32, true), ("tokenizer.ggml.merges", TypeText, false),
        ];
        ulong tokens = _lists.TryGetValue("tokenizer.ggml.tokens", out (uint Type, ulong Count, long Offset) vocabulary) ? vocabulary.Count : 0;
        foreach ((string key, uint type, bool perToken) in expected)
        {
            if (!_lists.TryGetValue(key, out (uint Type, ulong Count, long Offset) list))
            {
                continue;
            }

            // Early converters wrote the kinds of tokens without a sign, which takes the same bytes.
            if (list.Type != type && !(type == TypeI32 && list.Type == 4))
            {
                Odd("gguf.vocabulary", list.Offset, $"The list {key} has elements of type {list.Type}; programs read them as type {type}.");
            }
            else if (perToken && tokens > 0 && list.Count != tokens)
            {
                Odd("gguf.vocabulary", list.Offset, $"The list {key} has {list.Count} elements and the vocabulary has {tokens} tokens.");
            }
        }
    }

    /// <summary>A part of a model that was split says which one it is; programs open the others by its own name.</summary>
    public void CheckSplit()
    {
        if (!_split.TryGetValue("split.count", out ulong count) || count <= 1)
        {
            return;
        }

        ulong number = _split.GetValueOrDefault("split.no");
        string name = context.Artifact.In?.Name ?? context.Artifact.Name;
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        string mark = string.Create(CultureInfo.InvariantCulture, $"-{number + 1:D5}-of-{count:D5}.gguf");
        if (number >= count || !name.EndsWith(mark, StringComparison.OrdinalIgnoreCase))
        {
            Odd("gguf.split", 0, $"The file says that it is part {number} of {count}, counted from 0, which its name does not.");
            return;
        }

        for (ulong i = 0; i < Math.Min(count, 1000) && context.Artifact.In is not null; i++)
        {
            string other = string.Create(CultureInfo.InvariantCulture, $"{name[..^mark.Length]}-{i + 1:D5}-of-{count:D5}.gguf");
            if (i != number && context.Refer("shard", other, 0) == ReferencePlace.Missing)
            {
                context.Anomaly("shards.missing", 0, 0, $"The part {other} is not there.");
                return;
            }
        }
    }

    private void Text(string key, long at)
    {
        ByteRange range = TakeText(at);
        string name = key.Contains('\0', StringComparison.Ordinal) ? key[..key.IndexOf('\0', StringComparison.Ordinal)] : key;
        bool template = name == TemplateKey || name.StartsWith(TemplateKey + ".", StringComparison.Ordinal);
        if (template || name == TokenizerKey)
        {
            // Programs take the bytes for a template whatever they are.
            using ByteSource bytes = context.Artifact.Bytes.Slice(range);
            context.Submit(new Artifact(key, bytes, context.Artifact, template ? "chat-template" : null) { In = context.Artifact.In });
            return;
        }

        int most = context.Limits.TextBytes;
        string text = Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(range.Offset, (int)Math.Min(most, range.Length)));
        Tell(key, text, EntryKind.Text, at, range.Length > most);
        ConfigurationText.Tell(name, text, context);
    }

    private ByteRange TakeText(long at)
    {
        ulong length = IsWide ? cursor.U64() : cursor.U32();
        if (length > (ulong)cursor.Left)
        {
            Odd("gguf.length", at, $"A text has {length} bytes, more than the file.");
            throw new MalformedException(at, "A text is longer than the file.");
        }

        ByteRange range = new(cursor.Offset, (long)length);
        cursor.Skip((long)length);
        return range;
    }

    /// <summary>A list; lists of lists are kept on a stack of how many are left.</summary>
    private void List(string key, long at)
    {
        (uint type, ulong count) = ListHead(at);
        _lists[key] = (type, count, at);
        Tell(key, count.ToString(CultureInfo.InvariantCulture), EntryKind.List, at, false);
        Stack<ulong> open = [];
        bool nested = type == TypeList;
        if (nested)
        {
            Odd("gguf.nested-array", at, $"The value of {key} is a list of lists, which most programs refuse or read by recursion.");
            open.Push(count);
        }
        else
        {
            Items(type, count, at);
        }

        while (open.Count > 0)
        {
            ulong left = open.Pop();
            if (left == 0)
            {
                continue;
            }

            open.Push(left - 1);
            (uint inner, ulong length) = ListHead(at);
            if (inner == TypeList)
            {
                open.Push(length);
                context.Budget.SpendWork(WorkCosts.NearRead, cursor.Offset);
                if (open.Count > context.Limits.Entries)
                {
                    throw ScanBudget.Spent("entries", context.Limits.Entries, at);
                }
            }
            else
            {
                Items(inner, length, at);
            }
        }
    }

    private (uint Type, ulong Count) ListHead(long at)
    {
        uint type = cursor.U32();
        ulong count = IsWide ? cursor.U64() : cursor.U32();
        int least = type == TypeText ? (IsWide ? 8 : 4) : type == TypeList ? 12 : SizeOf(type);
        if (least == 0)
        {
            throw Unknown(type, at);
        }

        if (count > (ulong)cursor.Left / (ulong)least)
        {
            Odd("gguf.length", at, $"A list has {count} elements, more than the file has room for.");
            throw new MalformedException(at, "A list is longer than the file.");
        }

        return (type, count);
    }

    private void Items(uint type, ulong count, long at)
    {
        if (type != TypeText)
        {
            cursor.Skip((long)count * SizeOf(type));
            return;
        }

        for (ulong i = 0; i < count; i++)
        {
            TakeText(at);
        }
    }

    private void Scalar(string key, uint type, long at)
    {
        (string value, EntryKind kind, ulong number) = type switch
        {
            0 => Whole(cursor.U8()),
            1 => Signed(unchecked((sbyte)cursor.U8())),
            2 => Whole(cursor.U16()),
            3 => Signed(unchecked((short)cursor.U16())),
            4 => Whole(cursor.U32()),
            TypeI32 => Signed(cursor.I32()),
            TypeF32 => (cursor.F32().ToString("R", CultureInfo.InvariantCulture), EntryKind.Number, 0UL),
            7 => (cursor.U8() == 0 ? "false" : "true", EntryKind.Boolean, 0UL),
            10 => Whole(cursor.U64()),
            11 => Signed(cursor.I64()),
            12 => (cursor.F64().ToString("R", CultureInfo.InvariantCulture), EntryKind.Number, 0UL),
            _ => throw Unknown(type, at),
        };
        Tell(key, value, kind, at, false);
        if (key == "general.alignment")
        {
            if (type != 4 || number is 0 or > LargestAlignment || (number & (number - 1)) != 0)
            {
                Odd("gguf.alignment", at, $"The alignment is {value}: no power of two, or out of all proportion.");
            }

            Alignment = number is > 0 and <= uint.MaxValue ? (uint)number : 32;
        }
        else if (key.StartsWith("split.", StringComparison.Ordinal))
        {
            _split[key] = number;
        }

        static (string, EntryKind, ulong) Whole(ulong number) => (number.ToString(CultureInfo.InvariantCulture), EntryKind.Integer, number);
        static (string, EntryKind, ulong) Signed(long number) => (number.ToString(CultureInfo.InvariantCulture), EntryKind.Integer, number < 0 ? ulong.MaxValue : (ulong)number);
    }

    private MalformedException Unknown(uint type, long at)
    {
        Odd("gguf.value-type", at, $"A value has the type {type}, which is none.");
        return new MalformedException(at, "A value is of no known type.");
    }

    private static int SizeOf(uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or TypeI32 or TypeF32 => 4,
        10 or 11 or 12 => 8,
        _ => 0,
    };

    private void Tell(string key, string value, EntryKind kind, long at, bool isCut)
    {
        context.Add(new EntryFact { Path = context.Artifact.Path, Offset = at, Source = "metadata", Key = KeyPath.Append("", key), Value = value, Kind = kind, IsCut = isCut });
        if (kind != EntryKind.List)
        {
            context.Meta(key, value);
        }
    }

    private void Odd(string code, long offset, FormattableString detail) => oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
