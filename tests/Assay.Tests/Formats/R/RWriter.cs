// Writes R's serialisation by hand, for what R itself does not write.
using System.Buffers.Binary;
using System.Text;

namespace Assay.Tests.Formats.R;

/// <summary>Writes the XDR form of R's serialisation, version 2.</summary>
internal sealed class RWriter : IDisposable
{
    public const int Tagged = 0x400;
    public const int Attributed = 0x200;
    public const int Active = 1 << 27;
    private readonly MemoryStream _out = new();

    public static RWriter Rds() => new RWriter().Raw("X\n"u8).Int(2).Int(0x40202).Int(0x20300);

    public static RWriter Workspace() => new RWriter().Raw("RDX2\nX\n"u8).Int(2).Int(0x40202).Int(0x20300);

    public void Dispose() => _out.Dispose();

    public byte[] ToArray() => _out.ToArray();

    public RWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _out.Write(bytes);
        return this;
    }

    public RWriter Int(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return Raw(bytes);
    }

    public RWriter Null() => Int(254);

    public RWriter Symbol(string name) => Int(1).Characters(name);

    public RWriter Characters(string text) => Int(9).Int(text.Length).Raw(Encoding.UTF8.GetBytes(text));

    public RWriter Text(string text) => Int(16).Int(1).Characters(text);

    /// <summary>A call of a function with one text.</summary>
    public RWriter Call(string function, string argument) => Int(6).Symbol(function).Int(2).Text(argument).Null();

    /// <summary>A promise in the global environment that is not evaluated.</summary>
    public RWriter Promise(string function, string argument) => Int(5 | Tagged).Int(253).Int(252).Call(function, argument);
}
