// The inputs of the speed measurements, and the programs beside them.
using System.Diagnostics;

namespace Assay.Bench;

/// <summary>Finds the repository and its Python scripts.</summary>
internal static class Inputs
{
    /// <summary>Debian's Python where it is, since the reference must have PyTorch; otherwise the first on the path.</summary>
    public static string Python { get; } = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of the repository.</summary>
    public static string Of(string relative) => Path.Combine(Root, relative);

    /// <summary>Writes the inputs into a folder.</summary>
    public static int Make(string folder)
    {
        using Process python = Process.Start(new ProcessStartInfo(Python, [Of("bench/make_inputs.py"), folder]))!;
        python.WaitForExit();
        return python.ExitCode;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Assay.slnx")))
            {
                return at.FullName;
            }
        }

        throw new IOException("The measurements must run from inside the repository.");
    }
}
