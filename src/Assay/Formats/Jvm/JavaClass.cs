// A class as a stream of serialised Java objects describes it.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Formats.Jvm;

/// <summary>A class as a stream describes it: its flags, the types of its fields, and the class that it extends.</summary>
internal sealed class JavaClass
{
    public const byte Serializable = 2;
    private const byte WriteMethod = 1;
    private const byte Externalizable = 4;
    private const byte BlockData = 8;
    private const byte Enumeration = 16;

    public required string Name { get; init; }

    public byte Flags { get; set; }

    public List<byte> Fields { get; } = [];

    public JavaClass? Extends { get; set; }

    public bool IsSerializable => (Flags & Serializable) != 0;

    public bool IsExternalizable => (Flags & Externalizable) != 0;

    public bool HasBlocks => (Flags & BlockData) != 0;

    public bool IsEnum => (Flags & Enumeration) != 0;

    /// <summary>Whether the class writes more than its fields.</summary>
    public bool WritesMore => (Flags & WriteMethod) != 0;

    /// <summary>The bytes of a value of a primitive type.</summary>
    public static int Size(byte type, long at) => (char)type switch
    {
        'B' or 'Z' => 1,
        'C' or 'S' => 2,
        'I' or 'F' => 4,
        'J' or 'D' => 8,
        _ => throw new MalformedException(at, string.Create(CultureInfo.InvariantCulture, $"There is no type 0x{type:x2}.")),
    };
}
