// Reads Java classes: their constants, and with them what they use.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>A Java class: the pool of constants with the classes and methods that it names, fields, methods and attributes. Specification: The Java Virtual Machine Specification, chapter 4.</summary>
internal sealed class JavaClassFormat : IFormat
{
    public string Id => "java-class";

    public string Name => "Java class";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.Head.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(view.Head.Span) == 0xCAFEBABE && BinaryPrimitives.ReadUInt16BigEndian(view.Head.Span[6..]) is >= 45 and < 200
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        NativeCode code = new("java-bytecode", claim.Range, context) { Summary = "a Java class" };
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget) { IsBigEndian = true };
        try
        {
            Class(cursor, code);
            code.Reach(0, (ulong)(cursor.Offset - claim.Range.Offset));
        }
        catch (MalformedException)
        {
            code.Reach(0, (ulong)claim.Range.Length);
        }

        code.Tell();
    }

    private static void Class(ByteCursor cursor, NativeCode code)
    {
        cursor.Skip(6);
        ushort version = cursor.U16();
        int count = cursor.U16();
        string?[] texts = new string?[count];
        List<int> classes = [];
        List<(int Class, int Name)> members = [];
        Dictionary<int, int> classNames = [];
        Dictionary<int, int> memberNames = [];
        for (int i = 1; i < count; i++)
        {
            byte tag = cursor.U8();
            switch (tag)
            {
                case 1:
                    texts[i] = Encoding.UTF8.GetString(cursor.Take(cursor.U16() is var length && length <= 16_000 ? length : throw new MalformedException(cursor.Offset, "A constant is too long.")));
                    break;
                case 7:
                    classNames[i] = cursor.U16();
                    classes.Add(i);
                    break;
                case 8 or 16 or 19 or 20:
                    cursor.Skip(2);
                    break;
                case 9 or 10 or 11:
                    members.Add((cursor.U16(), cursor.U16()));
                    break;
                case 12:
                    memberNames[i] = cursor.U16();
                    cursor.Skip(2);
                    break;
                case 3 or 4 or 17 or 18:
                    cursor.Skip(4);
                    break;
                case 5 or 6:
                    // Long constants take two places of the pool.
                    cursor.Skip(8);
                    i++;
                    break;
                case 15:
                    cursor.Skip(3);
                    break;
                default:
                    throw new MalformedException(cursor.Offset, "A constant is of no known kind.");
            }
        }

        cursor.Skip(2);
        int self = cursor.U16();
        cursor.Skip(2);
        code.Summary = string.Create(CultureInfo.InvariantCulture, $"the Java class {Text(classNames.GetValueOrDefault(self))}, version {version}");
        cursor.Skip(2L * cursor.U16());
        for (int table = 0; table < 2; table++)
        {
            int entries = cursor.U16();
            for (int i = 0; i < entries; i++)
            {
                cursor.Skip(6);
                Attributes(cursor);
            }
        }

        Attributes(cursor);
        foreach (int one in classes)
        {
            code.Name(Text(classNames[one]).Replace('/', '.'));
        }

        foreach ((int owner, int name) in members)
        {
            code.Name(Text(classNames.GetValueOrDefault(owner)).Replace('/', '.') + "." + Text(memberNames.GetValueOrDefault(name)));
        }

        string Text(int index) => index > 0 && index < texts.Length ? texts[index] ?? "" : "";
    }

    private static void Attributes(ByteCursor cursor)
    {
        int count = cursor.U16();
        for (int i = 0; i < count; i++)
        {
            cursor.Skip(2);
            cursor.Skip(cursor.U32());
        }
    }
}
