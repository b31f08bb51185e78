// Reads the header of a 7z archive, number by number.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Containers.SevenZip;

/// <summary>
/// Reads a 7z header (7zFormat.txt of 7-Zip). Every count is bounded by the bytes that are left: nothing in a header takes less than
/// a byte, except bits, and those are bounded by the files that they belong to.
/// </summary>
internal sealed class SevenZipHeaderReader(byte[] header, ByteRange window, ScanBudget budget, EntryCosts costs)
{
    // Of whatever is counted there are lists before anything is known of it.
    private const long CountedWork = 100;
    private const int End = 0;
    private const int Header = 1;
    private const int ArchiveProperties = 2;
    private const int AdditionalStreams = 3;
    private const int MainStreams = 4;
    private const int FilesInfo = 5;
    private const int PackInfo = 6;
    private const int UnpackInfo = 7;
    private const int SubStreams = 8;
    private const int Sizes = 9;
    private const int Crcs = 10;
    private const int Folder = 11;
    private const int CodersUnpackSize = 12;
    private const int UnpackStreamCount = 13;
    private const int EmptyStreams = 14;
    private const int Names = 17;
    private const int Attributes = 21;
    private const int Encoded = 23;
    private const int MostCoders = 32;

    private readonly List<SevenZipFolder> _folders = [];
    private readonly List<(int Folder, ByteRange Content, uint? Crc)> _streams = [];
    private int _at;

    public bool IsEncoded => header.Length > 0 && header[0] == Encoded;

    public SevenZipFolder ReadEncoded()
    {
        _at = 1;
        ReadStreams();
        return _folders.Count == 1 ? _folders[0] : throw Broken("The packed header of the 7z archive has no single folder.");
    }

    public void ReadFiles(SevenZipArchive archive)
    {
        if (Byte() != Header)
        {
            throw Broken("The 7z header does not start as one.");
        }

        for (int id; (id = Byte()) != End;)
        {
            switch (id)
            {
                case ArchiveProperties:
                    while (Byte() != End)
                    {
                        Skip(Number());
                    }

                    break;
                case AdditionalStreams:
                    throw Broken("The 7z archive uses additional streams, which nothing writes.");
                case MainStreams:
                    if (archive.Folders.Count > 0)
                    {
                        throw Broken("The 7z header lists its streams twice.");
                    }

                    ReadStreams();
                    archive.Folders.AddRange(_folders);
                    break;
                case FilesInfo:
                    ReadFileList(archive);
                    break;
                default:
                    throw Broken($"The 7z header has the unknown part {id}.");
            }
        }
    }

    private void ReadStreams()
    {
        List<ByteRange> packed = [];
        for (int id; (id = Byte()) != End;)
        {
            switch (id)
            {
                case PackInfo:
                    ReadPacked(packed);
                    break;
                case UnpackInfo:
                    ReadFolders(packed);
                    break;
                case SubStreams:
                    ReadSubStreams();
                    return;
                default:
                    throw Broken($"The streams of the 7z header have the unknown part {id}.");
            }
        }

        WholeFolders();
    }

    private void ReadPacked(List<ByteRange> packed)
    {
        long at = Number();
        int count = Count();
        at = at > window.Length ? window.End : window.Offset + SevenZipArchive.SignatureLength + at;
        for (int id; (id = Byte()) != End;)
        {
            if (id == Sizes)
            {
                for (int i = 0; i < count; i++)
                {
                    long length = Number();
                    ByteRange range = new ByteRange(Math.Min(at, window.End), length).ClampTo(window.End);
                    packed.Add(range);
                    at = range.End;
                }
            }
            else if (id == Crcs)
            {
                Digests(count);
            }
            else
            {
                throw Broken($"The packed streams of the 7z header have the unknown part {id}.");
            }
        }
    }

    private void ReadFolders(List<ByteRange> packed)
    {
        if (Byte() != Folder)
        {
            throw Broken("The 7z header has no folders where they should be.");
        }

        int count = Count();
        if (Byte() != 0)
        {
            throw Broken("The folders of the 7z archive lie in another stream, which nothing writes.");
        }

        List<SevenZipFolderShape> shapes = [];
        for (int i = 0; i < count; i++)
        {
            shapes.Add(ReadShape());
        }

        if (Byte() != CodersUnpackSize)
        {
            throw Broken("The 7z header has no sizes where they should be.");
        }

        foreach (SevenZipFolderShape shape in shapes)
        {
            for (int i = 0; i < shape.Outputs; i++)
            {
                shape.Sizes.Add(Number());
            }
        }

        uint?[] crcs = new uint?[count];
        for (int id; (id = Byte()) != End;)
        {
            crcs = id == Crcs ? Digests(count) : throw Broken($"The folders of the 7z header have the unknown part {id}.");
        }

        int next = 0;
        for (int i = 0; i < count; i++)
        {
            SevenZipFolderShape shape = shapes[i];
            ByteRange place = next < packed.Count ? packed[next] : new ByteRange(window.End, 0);
            next += shape.PackedStreams;
            IReadOnlyList<Coder> chain = shape.Chain(out bool simple);
            _folders.Add(new SevenZipFolder(place, chain, simple, crcs[i]));
        }
    }

    private SevenZipFolderShape ReadShape()
    {
        SevenZipFolderShape shape = new();
        int coders = Count();
        if (coders is 0 or > MostCoders)
        {
            throw Broken("A folder of the 7z archive has no coders, or too many.");
        }

        for (int i = 0; i < coders; i++)
        {
            int flags = Byte();
            ulong method = 0;
            for (int length = flags & 15; length > 0; length--)
            {
                method = (method << 8) | (uint)Byte();
            }

            bool complex = (flags & 0x10) != 0;
            int inputs = complex ? Count() : 1;
            int outputs = complex ? Count() : 1;
            byte[] properties = [];
            if ((flags & 0x20) != 0)
            {
                properties = Take(Number()).ToArray();
            }

            shape.Add(method, properties, Math.Min(inputs, MostCoders), Math.Min(outputs, MostCoders));
        }

        for (int i = 0; i < shape.Outputs - 1; i++)
        {
            shape.Bind(Number(), Number());
        }

        shape.PackedStreams = Math.Max(0, shape.Inputs - (shape.Outputs - 1));
        for (int i = 0; shape.PackedStreams > 1 && i < shape.PackedStreams; i++)
        {
            Number();
        }

        return shape;
    }

    private void ReadSubStreams()
    {
        int[] counts = [.. Enumerable.Repeat(1, _folders.Count)];
        int id = Byte();
        if (id == UnpackStreamCount)
        {
            long total = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                counts[i] = Count();
                total += counts[i];
            }

            if (total > budget.Limits.Entries)
            {
                throw ScanBudget.Spent("entries", budget.Limits.Entries, 0);
            }

            id = Byte();
        }

        bool sized = id == Sizes;
        for (int i = 0; i < counts.Length; i++)
        {
            long at = 0;
            for (int n = 0; n < counts[i]; n++)
            {
                // The last size is what is left of the folder.
                long length = n < counts[i] - 1 ? (sized ? Number() : 0) : _folders[i].Size - at;
                length = Math.Clamp(length, 0, Math.Max(0, _folders[i].Size - at));
                _streams.Add((i, new ByteRange(at, length), counts[i] == 1 ? _folders[i].Crc : null));
                at += length;
            }
        }

        id = sized ? Byte() : id;
        for (; id != End; id = Byte())
        {
            if (id != Crcs)
            {
                throw Broken($"The files of the 7z folders have the unknown part {id}.");
            }

            List<int> unknown = [.. Enumerable.Range(0, _streams.Count).Where(i => _streams[i].Crc is null)];
            uint?[] crcs = Digests(unknown.Count);
            for (int i = 0; i < unknown.Count; i++)
            {
                _streams[unknown[i]] = _streams[unknown[i]] with { Crc = crcs[i] };
            }
        }

        // The end of the sub-streams is read; that of the streams follows.
        if (Byte() != End)
        {
            throw Broken("The streams of the 7z header do not end where they should.");
        }
    }

    private void WholeFolders()
    {
        for (int i = 0; i < _folders.Count; i++)
        {
            _streams.Add((i, new ByteRange(0, _folders[i].Size), _folders[i].Crc));
        }
    }

    private void ReadFileList(SevenZipArchive archive)
    {
        int count = Count();
        string[] names = new string[count];
        bool[] empty = new bool[count];
        bool[] directory = [];
        int[] modes = new int[count];
        for (int id; (id = Byte()) != End;)
        {
            long length = Number();
            int start = _at;
            Skip(length);
            int next = _at;
            _at = start;
            switch (id)
            {
                case EmptyStreams:
                    empty = Bits(count);
                    directory = [.. Enumerable.Repeat(true, empty.Count(e => e))];
                    break;
                case EmptyStreams + 1:
                    // Files that are empty, among the entries without a stream; the others are directories.
                    directory = [.. Bits(directory.Length).Select(file => !file)];
                    break;
                case Names when Byte() == 0:
                    ReadNames(names, next);
                    break;
                case Attributes:
                    ReadModes(modes);
                    break;
                default:
                    break;
            }

            _at = next;
        }

        Place(archive, names, empty, directory, modes);
    }

    private void Place(SevenZipArchive archive, string[] names, bool[] empty, bool[] directory, int[] modes)
    {
        int stream = 0;
        int hollow = 0;
        MemberNames look = new(archive.Oddities);
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i] ?? "";
            costs.Read(name.Length, window.Offset);
            costs.Keep(name.Length);
            bool isDirectory = empty[i] && directory[hollow++];
            if (!look.Add(name, window.Offset) && !isDirectory)
            {
                archive.Oddities.Add("7z.duplicate-name", window.Offset, 0, $"Several files are called \"{name}\".");
            }

            if (empty[i] || stream >= _streams.Count)
            {
                archive.Files.Add(new SevenZipFile(name, isDirectory, -1, default, null, modes[i]));
                continue;
            }

            (int folder, ByteRange content, uint? crc) = _streams[stream++];
            archive.Files.Add(new SevenZipFile(name, false, folder, content, crc, modes[i]));
        }

        for (; stream < _streams.Count; stream++)
        {
            (int folder, ByteRange content, uint? crc) = _streams[stream];
            archive.Oddities.Add("7z.nameless-file", window.Offset, 0, "The archive holds content for which there is no file.");
            archive.Files.Add(new SevenZipFile($"stream{stream}", false, folder, content, crc, 0));
        }
    }

    private void ReadNames(string[] names, int end)
    {
        // A property of no bytes has no room for its own first byte.
        ReadOnlySpan<byte> text = header.AsSpan(_at, Math.Max(0, end - _at));
        for (int i = 0; i < names.Length; i++)
        {
            int length = 0;
            while (length + 2 <= text.Length && (text[length] | text[length + 1]) != 0)
            {
                length += 2;
            }

            names[i] = Encoding.Unicode.GetString(text[..length]);
            text = text[Math.Min(text.Length, length + 2)..];
        }
    }

    private void ReadModes(int[] modes)
    {
        bool[] defined = Byte() != 0 ? [.. Enumerable.Repeat(true, modes.Length)] : Bits(modes.Length);
        if (Byte() != 0)
        {
            return;
        }

        const uint HasUnixMode = 0x8000;
        for (int i = 0; i < modes.Length; i++)
        {
            uint attributes = defined[i] ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) : 0;
            modes[i] = (attributes & HasUnixMode) != 0 ? (int)(attributes >> 16) : 0;
        }
    }

    private uint?[] Digests(int count)
    {
        bool[] defined = Byte() != 0 ? [.. Enumerable.Repeat(true, count)] : Bits(count);
        uint?[] digests = new uint?[count];
        for (int i = 0; i < count; i++)
        {
            digests[i] = defined[i] ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) : null;
        }

        return digests;
    }

    private bool[] Bits(int count)
    {
        ReadOnlySpan<byte> bytes = Take((count + 7) / 8);
        bool[] bits = new bool[count];
        for (int i = 0; i < count; i++)
        {
            bits[i] = (bytes[i >> 3] & (0x80 >> (i & 7))) != 0;
        }

        return bits;
    }

    private int Count()
    {
        long count = Number();
        if (count > budget.Limits.Entries)
        {
            throw ScanBudget.Spent("entries", budget.Limits.Entries, window.Offset);
        }

        budget.SpendWork(CountedWork * count, window.Offset);
        return count <= header.Length ? (int)count : throw Broken($"The 7z header counts {count} of something and has {header.Length} bytes.");
    }

    private long Number()
    {
        int first = Byte();
        long value = 0;
        int mask = 0x80;
        for (int i = 0; i < 8; i++, mask >>= 1)
        {
            if ((first & mask) == 0)
            {
                value |= (long)(first & (mask - 1)) << (8 * i);
                break;
            }

            value |= (long)Byte() << (8 * i);
        }

        return value >= 0 ? value : throw Broken("A number of the 7z header is out of range.");
    }

    private int Byte() => _at < header.Length ? header[_at++] : throw Broken("The 7z header ends early.");

    private void Skip(long length)
    {
        if (length > header.Length - _at)
        {
            throw Broken("The 7z header ends early.");
        }

        _at += (int)length;
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        int start = _at;
        Skip(length);
        return header.AsSpan(start, (int)length);
    }

    private MalformedException Broken(string what) => new(window.Offset, what);
}
