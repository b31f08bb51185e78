// Ordinary pickles, written by Python itself.
using System.Buffers.Binary;
using System.Diagnostics;

namespace Assay.Tests.Oracle;

/// <summary>Ordinary pickles of every protocol, written by Python itself and the same every time.</summary>
internal static class OrdinaryPickles
{
    public static IReadOnlyList<byte[]> Make()
    {
        ProcessStartInfo start = new(OracleProcess.PythonPath, ["-I", "-B", "-c", OracleProcess.ReadScript("ordinary.py")]) { RedirectStandardOutput = true };

        // Sets of strings are written in the order of their hashes.
        start.Environment["PYTHONHASHSEED"] = "0";
        using Process process = Process.Start(start)!;
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        List<byte[]> pickles = [];
        ReadOnlySpan<byte> left = output.ToArray();
        while (left.Length >= 4)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(left);
            pickles.Add(left.Slice(4, length).ToArray());
            left = left[(4 + length)..];
        }

        return process.ExitCode == 0 && pickles.Count > 0
            ? pickles
            : throw new InvalidOperationException("Python did not write the ordinary pickles.");
    }
}
