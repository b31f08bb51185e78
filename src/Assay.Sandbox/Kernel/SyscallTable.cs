// The system calls that are observed or refused, read from the table in Data.
using System.Globalization;

namespace Assay.Sandbox.Kernel;

/// <summary>What becomes of an observed system call.</summary>
internal enum SyscallAnswer
{
    /// <summary>It is reported and then runs.</summary>
    Continue,

    /// <summary>It is reported and never runs.</summary>
    Refuse,

    /// <summary>The filter looks at an argument first.</summary>
    Special,
}

/// <summary>One row: the name, the number, what becomes of it, what it means, and what its arguments are.</summary>
internal sealed record SyscallRow(string Name, int Number, SyscallAnswer Answer, string Kind, IReadOnlyList<char> Arguments);

/// <summary>The system calls of x86-64 that are observed or refused.</summary>
internal static class SyscallTable
{
    private const string Resource = "kernel/syscalls-x64.tsv";
    private static readonly Lazy<IReadOnlyList<SyscallRow>> s_rows = new(Read);
    private static readonly Lazy<Dictionary<int, SyscallRow>> s_byNumber = new(() => s_rows.Value.ToDictionary(r => r.Number));
    private static readonly Lazy<Dictionary<string, SyscallRow>> s_byName = new(() => s_rows.Value.ToDictionary(r => r.Name));

    /// <summary>All rows.</summary>
    public static IReadOnlyList<SyscallRow> Rows => s_rows.Value;

    /// <summary>The row of a number, or null.</summary>
    public static SyscallRow? Find(int number) => s_byNumber.Value.GetValueOrDefault(number);

    /// <summary>The row of a name, or null.</summary>
    public static SyscallRow? Find(string name) => s_byName.Value.GetValueOrDefault(name);

    /// <summary>The row of a name that the table must have.</summary>
    public static SyscallRow Named(string name) => s_byName.Value[name];

    private static List<SyscallRow> Read()
    {
        using StreamReader reader = new(typeof(SyscallTable).Assembly.GetManifestResourceStream(Resource)!);
        List<SyscallRow> rows = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] cells = line.Split('\t');
                rows.Add(new SyscallRow(
                    cells[0],
                    int.Parse(cells[1], CultureInfo.InvariantCulture),
                    Enum.Parse<SyscallAnswer>(cells[2], ignoreCase: true),
                    cells[3],
                    [.. cells[4].Split(',').Select(c => c[0])]));
            }
        }

        return rows;
    }
}
