// Reads the arguments of a system call as gVisor writes them.
using System.Globalization;
using System.Text;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Observing;

/// <summary>
/// The arguments of one call: <c>0x7f.. /path, O_RDONLY|O_CLOEXEC, 0o0</c>. Paths stand there as they are, with commas and quotes; names that hold
/// such may come out cut, but that there was a call does not depend on it, and the flags of an opened file are counted from the end.
/// </summary>
internal sealed class RunscArguments
{
    private static readonly Dictionary<string, ulong> s_flags = new()
    {
        ["O_WRONLY"] = 1, ["O_RDWR"] = 2, ["O_CREAT"] = 0x40, ["O_TRUNC"] = 0x200, ["O_APPEND"] = 0x400,
    };

    private static readonly Dictionary<string, ulong> s_numbers = new()
    {
        ["AF_UNIX"] = 1, ["AF_INET"] = 2, ["AF_INET6"] = 10, ["AF_NETLINK"] = 16, ["AF_PACKET"] = 17, ["SOCK_STREAM"] = 1, ["SOCK_DGRAM"] = 2, ["SOCK_RAW"] = 3,
    };

    private readonly SyscallRow _row;
    private readonly List<string> _parts;

    /// <summary>Reads <paramref name="text"/>, what stands between the brackets; <paramref name="folder"/> is where the process is as far as it is known.</summary>
    public RunscArguments(SyscallRow row, string text, string folder)
    {
        _row = row;
        Folder = folder;
        _parts = Parts(text);
        // How many arguments follow the path that is opened.
        int after = row.Name switch { "open" or "openat" => 2, "creat" => 1, _ => 0 };
        int path = row.Name == "openat" ? 1 : 0;
        while (after > 0 && _parts.Count > path + 1 + after)
        {
            _parts[path] += ", " + _parts[path + 1];
            _parts.RemoveAt(path + 1);
        }

        Flags = row.Kind == "create" ? 1 : after == 2 && _parts.Count > path + 1 ? Bits(_parts[path + 1]) : 0;
        Numbers = [.. _parts.Select(p => Bits(p)), 0, 0];
        Texts = Read();
    }

    /// <summary>Where the process is.</summary>
    public string Folder { get; private set; }

    /// <summary>Arguments that are numbers or names of numbers.</summary>
    public ulong[] Numbers { get; }

    /// <summary>The flags with which a file is opened.</summary>
    public ulong Flags { get; }

    /// <summary>What the arguments lead to, in the order of the table.</summary>
    public List<string> Texts { get; }

    /// <summary>Whether the filter of the other box would tell this call, too.</summary>
    public bool IsOfInterest => _row.Name switch
    {
        "clone" => !Part(0).Contains("CLONE_THREAD", StringComparison.Ordinal) || Part(0).Contains("CLONE_NEW", StringComparison.Ordinal),
        "mprotect" or "pkey_mprotect" => Part(2).Contains("PROT_EXEC", StringComparison.Ordinal),
        "mmap" => Part(2).Contains("PROT_EXEC", StringComparison.Ordinal) && Part(3).Contains("MAP_ANON", StringComparison.Ordinal),
        "prctl" => Numbers[0] == 22,
        "ioctl" => Part(1) is "0x5412" or "0x541c" || Part(1).StartsWith("TIOCSTI", StringComparison.Ordinal),
        "personality" => Part(0) != "0xffffffff",
        // What Python reports, and what is not read.
        "write" or "pwrite64" or "writev" => Numbers[0] is not (1 or 2 or 3),
        _ => true,
    };

    private List<string> Read()
    {
        List<string> texts = [];
        string folder = Folder;
        int at = 0;
        foreach (char what in _row.Arguments)
        {
            string part = Part(at++);
            switch (what)
            {
                case 'd':
                    folder = Behind(part);
                    Folder = part.StartsWith("AT_FDCWD ", StringComparison.Ordinal) ? folder : Folder;
                    break;
                case 'p':
                    texts.Add(Full(Behind(part), folder));
                    folder = Folder;
                    break;
                case 'D' or 't':
                    texts.Add(Behind(part));
                    break;
                case 'n':
                    texts.Add(part);
                    break;
                case 'v':
                    texts.AddRange(Quoted(part));
                    break;
                case 'a':
                    texts.Add(Address(part));
                    break;
                case 'b' or 'i':
                    texts.Add(string.Concat(Quoted(part)));
                    // Several pieces stand side by side as if they were arguments of their own.
                    break;
                case 'm':
                    texts.Add(string.Concat(Quoted(part)));
                    texts.Add("");
                    break;
            }
        }

        return texts;
    }

    private string Part(int at) => at < _parts.Count ? _parts[at] : "";

    /// <summary>What stands behind an address or a number: <c>0x3 /tmp/x</c>.</summary>
    private static string Behind(string part) => part.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var blank ? part[(blank + 1)..] : "";

    private static string Full(string path, string folder)
    {
        string whole = path.Length > 0 && path[0] != '/' ? folder + "/" + path : path;
        List<string> steps = [];
        foreach (string step in whole.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == ".." && steps.Count > 0)
            {
                steps.RemoveAt(steps.Count - 1);
            }
            else if (step is not ("." or ".."))
            {
                steps.Add(step);
            }
        }

        return path.Length == 0 ? "" : "/" + string.Join('/', steps);
    }

    /// <summary><c>{Family: AF_INET, Addr: 203.0.113.7, Port: 4444}</c>.</summary>
    private static string Address(string part)
    {
        string? Field(string name)
        {
            int at = part.IndexOf(name + ": ", StringComparison.Ordinal);
            return at < 0 ? null : part[(at + name.Length + 2)..].Split([',', '}'])[0];
        }

        string family = Field("Family") ?? "";
        return family switch
        {
            "AF_UNIX" => "unix:" + string.Concat(Quoted(part)).Replace('\0', '@'),
            "AF_INET" => Field("Addr") + ":" + Field("Port"),
            "AF_INET6" => "[" + Field("Addr") + "]:" + Field("Port"),
            "" => "",
            _ => "address family " + family,
        };
    }

    private static ulong Bits(string part)
    {
        string number = part.Split(' ')[0];
        if (number.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(number.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex))
        {
            return hex;
        }

        ulong all = 0;
        foreach (string flag in number.Split('|'))
        {
            all |= s_flags.GetValueOrDefault(flag) | s_numbers.GetValueOrDefault(flag)
                | (flag.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(flag.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits) ? bits : 0);
        }

        return all;
    }

    /// <summary>The parts between commas that stand in no quotes and no brackets.</summary>
    private static List<string> Parts(string text)
    {
        List<string> parts = [];
        int begin = 0;
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '\\')
            {
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && c is '{' or '[')
            {
                depth++;
            }
            else if (!quoted && c is '}' or ']')
            {
                depth--;
            }
            else if (!quoted && depth <= 0 && c == ',' && i + 1 < text.Length && text[i + 1] == ' ')
            {
                parts.Add(text[begin..i]);
                begin = i + 2;
            }
        }

        parts.Add(text[begin..]);
        // A path with half a quotation mark or bracket: then commas are all there is to go by.
        return quoted || depth != 0 ? [.. text.Split(", ")] : parts;
    }

    /// <summary>The texts in quotes, as Go writes them, with each byte as the character of its number.</summary>
    private static List<string> Quoted(string part)
    {
        List<string> texts = [];
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] != '"')
            {
                continue;
            }

            StringBuilder text = new();
            for (i++; i < part.Length && part[i] != '"'; i++)
            {
                char c = part[i];
                if (c != '\\' || i + 1 >= part.Length)
                {
                    text.Append(c);
                    continue;
                }

                char next = part[++i];
                if (next == 'x' && i + 2 < part.Length && byte.TryParse(part.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                {
                    text.Append((char)value);
                    i += 2;
                }
                else
                {
                    text.Append(next switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', _ => next });
                }
            }

            texts.Add(text.ToString());
        }

        return texts;
    }
}
