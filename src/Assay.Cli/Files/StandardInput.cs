// Standard input, and whether there is one.
using System.Globalization;

namespace Assay.Cli.Files;

/// <summary>Standard input.</summary>
internal static class StandardInput
{
    /// <summary>Linux marks so what does not outlive the start of a program (open(2), O_CLOEXEC).</summary>
    private const long CloseOnExec = 0x80000;

    /// <summary>
    /// Whether the program was started without standard input (<c>&lt;&amp;-</c>). Its number then belongs to something that the program has opened itself, and a read waits for ever.
    /// What was handed in is never marked to be closed at a start; what the runtime opens always is.
    /// </summary>
    public static bool IsClosed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            foreach (string line in File.ReadLines("/proc/self/fdinfo/0"))
            {
                if (line.StartsWith("flags:", StringComparison.Ordinal))
                {
                    return (OctalOf(line.AsSpan(6).Trim()) & CloseOnExec) != 0;
                }
            }

            return false;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long OctalOf(ReadOnlySpan<char> digits)
    {
        long number = 0;
        foreach (char digit in digits)
        {
            number = (number * 8) + CharUnicodeInfo.GetDecimalDigitValue(digit);
        }

        return number;
    }
}
