// Reads a stream of serialised Java objects with an explicit stack, and names their classes.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Jvm;

/// <summary>Reads the grammar of <c>ObjectStreamConstants</c>. Values are stepped over; classes are counted, and arrays of bytes handed to the walk.</summary>
internal sealed class JavaObjectReader(ByteCursor cursor, ReadContext context)
{
    public const byte FirstTag = 0x70;
    public const byte LastTag = 0x7E;
    private const byte Null = 0x70;
    private const byte Reference = 0x71;
    private const byte ClassDescription = 0x72;
    private const byte NewObject = 0x73;
    private const byte NewString = 0x74;
    private const byte NewArray = 0x75;
    private const byte NewClass = 0x76;
    private const byte Block = 0x77;
    private const byte EndBlock = 0x78;
    private const byte Reset = 0x79;
    private const byte LongBlock = 0x7A;
    private const byte Failure = 0x7B;
    private const byte LongString = 0x7C;
    private const byte Proxy = 0x7D;
    private const byte NewEnum = 0x7E;
    private const int BaseHandle = 0x7E0000;
    private const int DeepNesting = 10_000;
    private const int MostAncestors = 1_000;
    private const int MostClasses = 10_000;
    private const int MostSubmitted = 1_000;
    private const int SmallestSubmitted = 16;
    private const int TaskCost = 32;

    /// <summary>What is left to do; the last one is done first.</summary>
    private readonly Stack<(Work Work, JavaClass? Class, long Left)> _open = new();
    private readonly List<JavaClass?> _handles = [];
    private readonly Dictionary<string, (string Kind, long Offset, long Count)> _classes = new(StringComparer.Ordinal);
    private JavaClass? _last;
    private int _submitted;
    private bool _deep;

    /// <summary>What can be left to do.</summary>
    private enum Work
    {
        /// <summary>One object, class, text or block.</summary>
        Content,

        /// <summary>Contents up to the end of a block.</summary>
        Annotation,

        /// <summary>The fields that a class description lists.</summary>
        FieldList,

        /// <summary>A class description knows what it extends.</summary>
        Extends,

        /// <summary>An object whose class is known.</summary>
        Object,

        /// <summary>The values of the fields of one class.</summary>
        Values,

        /// <summary>An array whose class is known.</summary>
        Array,

        /// <summary>The items of an array of objects.</summary>
        Items,

        /// <summary>A class or an enumeration's value gets a handle.</summary>
        Handle,
    }

    /// <summary>The classes that are named, with how: as class, proxy or enumeration.</summary>
    public IReadOnlyDictionary<string, (string Kind, long Offset, long Count)> Classes => _classes;

    /// <summary>Reads contents as long as there are some.</summary>
    public void Read()
    {
        while (cursor.Peek() is >= FirstTag and <= LastTag)
        {
            Push(Work.Content);
            while (_open.TryPop(out (Work Work, JavaClass? Class, long Left) next))
            {
                context.Held.Remove(TaskCost);
                context.Budget.SpendWork(WorkCosts.NearRead / 2, cursor.Offset);
                Do(next.Work, next.Class, next.Left);
            }
        }
    }

    private void Do(Work work, JavaClass? of, long left)
    {
        switch (work)
        {
            case Work.Content:
                Content();
                break;
            case Work.Annotation:
                if (cursor.Peek() == EndBlock)
                {
                    cursor.U8();
                }
                else
                {
                    Push(Work.Annotation);
                    Push(Work.Content);
                }

                break;
            case Work.FieldList:
                FieldList(of!, left);
                break;
            case Work.Extends:
                of!.Extends = _last;
                _last = of;
                break;
            case Work.Object:
                Object(_last);
                break;
            case Work.Values:
                Values(of!, (int)left);
                break;
            case Work.Array:
                Array(_last);
                break;
            case Work.Items:
                if (left > 1)
                {
                    Push(Work.Items, null, left - 1);
                }

                Push(Work.Content);
                break;
            case Work.Handle:
                AddHandle(null);
                break;
        }
    }

    private void Content()
    {
        long at = cursor.Offset;
        byte tag = cursor.U8();
        switch (tag)
        {
            case Null:
                _last = null;
                break;
            case Reference:
                int handle = cursor.I32() - BaseHandle;
                _last = handle >= 0 && handle < _handles.Count ? _handles[handle] : throw new MalformedException(at, "A reference leads to an object that was not read yet.");
                break;
            case ClassDescription:
                Describe(at);
                break;
            case Proxy:
                DescribeProxy(at);
                break;
            case NewObject:
                Push(Work.Object);
                Push(Work.Content);
                break;
            case NewArray:
                Push(Work.Array);
                Push(Work.Content);
                break;
            case NewClass:
                Push(Work.Handle);
                Push(Work.Content);
                break;
            case NewEnum:
                Push(Work.Content);
                Push(Work.Handle);
                Push(Work.Content);
                break;
            case NewString:
                AddHandle(null);
                cursor.Skip(cursor.U16());
                break;
            case LongString:
                AddHandle(null);
                Skip(cursor.I64(), 1, at);
                break;
            case Block:
                cursor.Skip(cursor.U8());
                break;
            case LongBlock:
                Skip(cursor.I32(), 1, at);
                break;
            case Reset:
                _handles.Clear();
                break;
            case Failure:
                Push(Work.Content);
                break;
            default:
                throw new MalformedException(at, string.Create(CultureInfo.InvariantCulture, $"There is no content of type 0x{tag:x2}."));
        }
    }

    private void Describe(long at)
    {
        JavaClass described = new() { Name = Text() };
        cursor.Skip(8);
        AddHandle(described);
        described.Flags = cursor.U8();
        int fields = cursor.U16();
        Named(described.Name, described.IsEnum ? "enum" : "class", at);
        Push(Work.Extends, described);
        Push(Work.Content);
        Push(Work.Annotation);
        Push(Work.FieldList, described, fields);
    }

    private void DescribeProxy(long at)
    {
        JavaClass described = new() { Name = "", Flags = JavaClass.Serializable };
        AddHandle(described);
        int interfaces = cursor.I32();
        if (interfaces < 0 || interfaces > cursor.Left / 2)
        {
            throw new MalformedException(at, "A proxy has more interfaces than there are bytes.");
        }

        for (int i = 0; i < interfaces; i++)
        {
            Named(Text(), "proxy", at);
            context.Budget.SpendWork(WorkCosts.NearRead, at);
        }

        Push(Work.Extends, described);
        Push(Work.Content);
        Push(Work.Annotation);
    }

    /// <summary>The fields of a class; those that hold objects name their type as a text, which may be a reference.</summary>
    private void FieldList(JavaClass of, long left)
    {
        for (; left > 0; left--)
        {
            byte type = cursor.U8();
            cursor.Skip(cursor.U16());
            of.Fields.Add(type);
            context.Held.Add(1);
            if (type is (byte)'L' or (byte)'[')
            {
                Push(Work.FieldList, of, left - 1);
                Push(Work.Content);
                return;
            }

            JavaClass.Size(type, cursor.Offset);
        }
    }

    /// <summary>The values of an object: those of the class that lies furthest up come first.</summary>
    private void Object(JavaClass? of)
    {
        AddHandle(null);
        for (int ancestors = 0; of is not null; of = of.Extends)
        {
            Push(Work.Values, of);
            if (++ancestors > MostAncestors)
            {
                throw new MalformedException(cursor.Offset, "A class extends itself.");
            }
        }
    }

    private void Values(JavaClass of, int field)
    {
        if (of.IsExternalizable)
        {
            if (!of.HasBlocks)
            {
                throw new MalformedException(cursor.Offset, $"Only the class {of.Name} knows how its state is written.");
            }

            Push(Work.Annotation);
            return;
        }

        if (!of.IsSerializable)
        {
            return;
        }

        for (; field < of.Fields.Count; field++)
        {
            byte type = of.Fields[field];
            if (type is (byte)'L' or (byte)'[')
            {
                Push(Work.Values, of, field + 1);
                Push(Work.Content);
                return;
            }

            cursor.Skip(JavaClass.Size(type, cursor.Offset));
        }

        if (of.WritesMore)
        {
            Push(Work.Annotation);
        }
    }

    private void Array(JavaClass? of)
    {
        AddHandle(null);
        long at = cursor.Offset;
        long count = cursor.I32();
        if (of?.Name is not ['[', var item, ..])
        {
            throw new MalformedException(at, "An array is of no class of arrays.");
        }

        if (item is 'L' or '[')
        {
            if (count > cursor.Left)
            {
                Declares(count, at);
            }

            if (count is > 0 && count <= cursor.Left)
            {
                Push(Work.Items, null, count);
            }
            else if (count != 0)
            {
                cursor.Need(count);
            }

            return;
        }

        long start = cursor.Offset;
        Skip(count, JavaClass.Size((byte)item, at), at);
        ByteRange data = new(start, cursor.Offset - start);
        context.Cover(data, CoverageKind.Data);
        if (item == 'B' && count >= SmallestSubmitted && _submitted++ < MostSubmitted)
        {
            context.Submit(new Artifact($"bytes@0x{start:x}", context.Artifact.Bytes.Slice(data), context.Artifact) { MayBeOpaque = true });
        }
    }

    private void Skip(long count, int size, long at)
    {
        if (count < 0 || count > cursor.Left / size)
        {
            Declares(count, at);
            cursor.Need(count < 0 ? -1 : long.MaxValue);
        }

        cursor.Skip(count * size);
    }

    private void Declares(long count, long at)
    {
        if (count < 0 || count > 1024 + (16 * context.Artifact.Bytes.Length))
        {
            context.Anomaly("java.declares-more", at, 0, $"A text or an array declares {count} items, and {cursor.Left} bytes are left.");
        }
    }

    private string Text()
    {
        int length = cursor.U16();
        return Encoding.UTF8.GetString(cursor.Keep(length, 1024));
    }

    private void Named(string name, string kind, long at)
    {
        // The class of an array is named by its items; those of numbers have no class.
        string plain = name.TrimStart('[');
        plain = plain.Length < name.Length ? (plain is ['L', .., ';'] ? plain[1..^1] : "") : plain;
        if (plain.Length == 0)
        {
            return;
        }

        if (_classes.TryGetValue(plain, out (string Kind, long Offset, long Count) known))
        {
            _classes[plain] = known with { Count = known.Count + 1 };
        }
        else if (_classes.Count < MostClasses)
        {
            context.Held.Add(256);
            _classes.Add(plain, (kind, at, 1));
        }
        else
        {
            throw ScanBudget.Spent("entries", MostClasses, at);
        }
    }

    private void AddHandle(JavaClass? to)
    {
        context.Held.Add(16);
        _handles.Add(to);
    }

    private void Push(Work work, JavaClass? of = null, long left = 0)
    {
        context.Held.Add(TaskCost);
        _open.Push((work, of, left));
        if (_open.Count > DeepNesting && !_deep)
        {
            _deep = true;
            context.Anomaly("java.deep-nesting", cursor.Offset, 0, "Objects lie in each other so deep that Java, which reads them by recursion, runs out of stack.");
        }
    }
}
