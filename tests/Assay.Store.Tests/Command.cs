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

    /// <summary>Runs a command for somebody who works in a folder, with a home there and these variables.</summary>
    public static Said In(string directory, string[] arguments, params (string Name, string Value)[] variables)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, new Host
        {
            Input = Stream.Null, Output = output, Error = error, Directory = directory, Home = Path.Join(directory, ".home"), User = "ada", Cancellation = TestContext.Current.CancellationToken,
            Variable = name => variables.FirstOrDefault(v => v.Name == name).Value,
        });
        return new Said(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
