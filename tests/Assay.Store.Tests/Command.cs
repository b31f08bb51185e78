// The program as its users run it, in the process of the test.
using System.Text;
using Assay.Cli;

namespace Assay.Store.Tests;

/// <summary>What a command said.</summary>
internal sealed record Said(int Code, string Output, string Error);

/// <summary>Runs commands.</summary>
internal static class Command
{
    public static Said Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, Stream.Null, output, error, TestContext.Current.CancellationToken);
        return new Said(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
