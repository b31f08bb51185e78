// What the command line asks for.
namespace Assay.EffectBuilder;

/// <summary>What the command line asks for.</summary>
internal sealed record BuildOptions(string Output, string? Evidence, string Name, string Version, IReadOnlyList<string> Libraries, IReadOnlyList<string> Sources)
{
    /// <summary>Reads the command line; null where it is none.</summary>
    public static BuildOptions? Parse(IReadOnlyList<string> arguments)
    {
        string? output = null;
        string? evidence = null;
        string name = "";
        string version = "1";
        List<string> libraries = [];
        List<string> sources = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith('-'))
            {
                sources.Add(arguments[i]);
                continue;
            }

            if (++i == arguments.Count)
                return null;

            switch (arguments[i - 1])
            {
                case "-o" or "--output":
                    output = arguments[i];
                    break;
                case "--evidence":
                    evidence = arguments[i];
                    break;
                case "--name":
                    name = arguments[i];
                    break;
                case "--version":
                    version = arguments[i];
                    break;
                case "--library":
                    libraries.Add(arguments[i]);
                    break;
                default:
                    return null;
            }
        }

        return output is null || sources.Count == 0 ? null : new BuildOptions(output, evidence, name.Length > 0 ? name : Path.GetFileNameWithoutExtension(output), version, libraries, sources);
    }
}
