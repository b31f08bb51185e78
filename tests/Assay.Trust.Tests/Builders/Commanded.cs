// Runs the program's commands in this process, with a home of its own.
using System.Text;
using Assay.Cli;

namespace Assay.Trust.Tests.Builders;

/// <summary>What a command came to.</summary>
internal sealed record Commanded(int Code, string Output, string Errors)
{
    /// <summary>Runs a command for a user whose home is <paramref name="home"/>.</summary>
    public static Commanded Run(string home, string directory, string[] arguments, string input = "", string user = "ada")
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, new Host { Input = new MemoryStream(Encoding.UTF8.GetBytes(input)), Output = output, Error = error, Directory = directory, Home = home, User = user });
        return new Commanded(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Holds that the command ended with a code, and gives what it wrote.</summary>
    public string Ended(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, not {code}\n{Errors}\n{Output}");
        return Output;
    }
}
