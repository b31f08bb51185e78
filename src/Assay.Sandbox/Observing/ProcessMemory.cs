// Reads what the arguments of a system call point to, in the memory of the process that waits in it.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Assay.Sandbox.Observing;

/// <summary>
/// The memory of a process that waits in a system call. What is read is best effort: another thread may change it before the kernel
/// looks. Whatever cannot be read is an empty text.
/// </summary>
internal sealed class ProcessMemory : IDisposable
{
    private const int PathLimit = 4096;
    private const int MaxVector = 32;
    private const ulong StackWords = 8;
    private readonly SafeFileHandle? _memory;
    private readonly string _folder;

    public ProcessMemory(uint process)
    {
        _folder = "/proc/" + process.ToString(CultureInfo.InvariantCulture);
        try
        {
            _memory = File.OpenHandle(_folder + "/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has gone, or may not be read; the call itself is still told.
        }
    }

    /// <summary>Bytes at an address; fewer where the memory ends.</summary>
    public byte[] Bytes(ulong address, int count)
    {
        if (_memory is null || address == 0 || address > long.MaxValue || count <= 0)
        {
            return [];
        }

        byte[] bytes = new byte[count];
        int done = 0;
        try
        {
            while (done < count)
            {
                // A read that crosses into a page that is not there fails as a whole, so pages are read one by one.
                int step = (int)Math.Min(count - done, 4096 - ((long)(address + (ulong)done) & 4095));
                int got = RandomAccess.Read(_memory, bytes.AsSpan(done, step), (long)address + done);
                if (got <= 0)
                {
                    break;
                }

                done += got;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or ObjectDisposedException)
        {
            // What was read before the gap counts.
        }

        return bytes[..done];
    }

    /// <summary>A text that ends with a null byte.</summary>
    public string Text(ulong address, int limit = PathLimit)
    {
        List<byte> all = [];
        while (all.Count < limit)
        {
            byte[] part = Bytes(address + (ulong)all.Count, Math.Min(256, limit - all.Count));
            int end = Array.IndexOf(part, (byte)0);
            all.AddRange(end < 0 ? part : part[..end]);
            if (end >= 0 || part.Length == 0)
            {
                break;
            }
        }

        return Encoding.UTF8.GetString([.. all]);
    }

    /// <summary>A number of 8 bytes.</summary>
    public ulong Number(ulong address) => Bytes(address, 8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>The texts of an argument vector.</summary>
    public IReadOnlyList<string> Vector(ulong address)
    {
        List<string> texts = [];
        for (int i = 0; i < MaxVector && Number(address + ((ulong)i * 8)) is > 0 and ulong at; i++)
        {
            texts.Add(Text(at));
        }

        return texts;
    }

    /// <summary>Where the stack of the thread stands that waits in a call; 0 where that cannot be read.</summary>
    public ulong Stack()
    {
        try
        {
            // Number of the call, six registers, the stack, the instruction.
            return File.ReadAllText(_folder + "/syscall").Split(' ') is { Length: 9 } fields
                && ulong.TryParse(fields[7].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong stack) ? stack : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The file of the first piece of code beyond the C library that a call returns to; empty where none is found.</summary>
    public string Caller()
    {
        List<(ulong From, ulong To, string File)> code = [];
        try
        {
            foreach (string line in File.ReadLines(_folder + "/maps"))
            {
                string[] cells = line.Split(' ', 6, StringSplitOptions.TrimEntries);
                string[] ends = cells[0].Split('-');
                if (cells.Length == 6 && ends.Length == 2 && cells[1].Contains('x', StringComparison.Ordinal) && !cells[5].Contains("/libc.so.", StringComparison.Ordinal))
                {
                    code.Add((ulong.Parse(ends[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                        ulong.Parse(ends[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), cells[5].Trim()));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return "";
        }

        ulong stack = Stack();
        for (ulong at = stack; stack != 0 && at < stack + (8 * StackWords); at += 8)
        {
            ulong word = Number(at);
            if (code.Find(c => c.From <= word && word < c.To) is { File: { Length: > 0 } file })
            {
                return file;
            }
        }

        return "";
    }

    /// <summary>What a descriptor of the process leads to.</summary>
    public string Descriptor(int number) => Link("fd/" + number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The folder in which relative paths begin.</summary>
    public string Folder() => Link("cwd");

    /// <summary>The process that a thread belongs to, and the one that started it; 0 where it is not known.</summary>
    public (uint Process, uint Parent) Family()
    {
        uint process = 0;
        uint parent = 0;
        try
        {
            foreach (string line in File.ReadLines(_folder + "/status"))
            {
                if (line.StartsWith("Tgid:", StringComparison.Ordinal))
                {
                    process = uint.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
                }
                else if (line.StartsWith("PPid:", StringComparison.Ordinal))
                {
                    parent = uint.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // It has gone.
        }

        return (process, parent);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();

    private string Link(string name)
    {
        try
        {
            return new FileInfo(Path.Combine(_folder, name)).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
