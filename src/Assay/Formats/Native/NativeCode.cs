// Tells what a program or library is: for which machine, what it links to and calls, and its digest.
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>Collects what a program or library says of itself, and tells it. Code of machines is not interpreted.</summary>
internal sealed class NativeCode(string language, ByteRange range, ReadContext context)
{
    private const int MostNames = 2_000;
    private const int LongestName = 512;
    private const long MostDigested = 64L << 20;

    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _libraries = [];

    /// <summary>What it is, in a few words.</summary>
    public string Summary { get; set; } = "native code";

    /// <summary>Where the program ends: the last byte that its own headers speak of.</summary>
    public long End { get; private set; } = range.Offset;

    /// <summary>Something of the program lies here.</summary>
    public void Reach(ulong offset, ulong length)
    {
        ulong room = (ulong)range.Length;
        ulong end = offset > room ? room : length > room - offset ? room : offset + length;
        End = Math.Max(End, range.Offset + (long)end);
    }

    /// <summary>A library that it is linked to.</summary>
    public void Library(string name)
    {
        if (name.Length is > 0 and < LongestName && _libraries.Count < MostNames)
        {
            _libraries.Add(name);
        }
    }

    /// <summary>A function or class of others that it uses.</summary>
    public void Name(string name)
    {
        if (name.Length is > 0 and < LongestName && _names.Count < MostNames)
        {
            _names.Add(name);
        }
    }

    /// <summary>Tells what was seen. What lies behind the program's own end stays uncovered.</summary>
    public void Tell()
    {
        ByteRange own = new(range.Offset, Math.Max(End - range.Offset, Math.Min(range.Length, 16)));
        context.Cover(own, CoverageKind.Data);
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path, Offset = range.Offset, Length = own.Length, Language = language, Summary = Summary, Names = [.. _names], Phase = "",
        });
        foreach (string library in _libraries.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            context.Add(new ReferenceFact { Path = context.Artifact.Path, Offset = range.Offset, Kind = "linked-library", Target = library, Place = ReferencePlace.Unclear });
        }

        context.Meta("program", Summary);
        context.Meta("libraries", string.Join(", ", _libraries.Distinct(StringComparer.Ordinal).Take(64)));
        if (own.Length <= MostDigested)
        {
            context.Add(new IndicatorFact { Path = context.Artifact.Path, Offset = own.Offset, Length = own.Length, Kind = "hash", Value = Digest(own) });
        }
    }

    private string Digest(ByteRange own)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[(int)Math.Min(own.Length, 64 << 10)];
        for (long at = own.Offset; at < own.End;)
        {
            context.Budget.SpendWork(buffer.Length / 2, at);
            int got = context.Artifact.Bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, own.End - at)));
            if (got == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, got);
            at += got;
        }

        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
