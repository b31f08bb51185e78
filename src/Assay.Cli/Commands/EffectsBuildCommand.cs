// assay effects build: an effect pack from the source of Python packages.
using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Cli.Files;
using Assay.Derivation;
using Assay.Effects.Packs;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;

namespace Assay.Cli.Commands;

/// <summary><c>assay effects build</c>.</summary>
internal static class EffectsBuildCommand
{
    private const string ListingEnd = ".effects";

    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string[]> sources = new("SOURCE")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "A folder, a wheel, an sdist (.tar.gz, .zip) or a Debian package; NAME==VERSION=SOURCE where its name does not say what it is. Of several versions the union is taken. "
                + $"A file that ends with {ListingEnd} is what an earlier build has found (--listing).",
        };
        Option<string> output = new("--output", "-o") { Required = true, Description = "The pack.", HelpName = "PACK" };
        Option<string?> evidence = new("--evidence") { Description = "Also write the file that says on which lines of source effects rest, for effects show --evidence.", HelpName = "FILE" };
        Option<string?> listing = new("--listing") { Description = $"Also write all that was found as text, for a later build (FILE{ListingEnd}).", HelpName = "FILE" };
        Option<string?> name = new("--name") { Description = "The name of the pack in reports; that of its file where it is left out.", HelpName = "NAME" };
        Option<string> version = new("--pack-version") { Description = "Its version in reports.", HelpName = "VERSION", DefaultValueFactory = _ => "1" };
        Option<string[]> library = new("--library") { Description = "A folder in which imports are found that are no part of the sources, such as the standard library.", HelpName = "DIR", DefaultValueFactory = _ => [] };
        Option<bool> alone = new("--alone") { Description = "Build on the rules and the packs of --effects only, not on the packs that are part of the program." };
        Option<bool> brief = new("--brief") { Description = "Make effects coarser where that saves room." };
        Option<string[]> effects = ListingOptions.Effects();
        Option<string?> rules = ListingOptions.Rules();
        Command command = new("build", "Find out from source what the callables of Python packages do, and write it as an effect pack for --effects.")
        {
            sources, output, evidence, listing, name, version, library, alone, brief, effects, rules,
        };
        command.SetAction(parsed =>
        {
            string pack = parsed.GetValue(output)!;
            EffectPackBuild build = new(RulePacks.Load(parsed.GetValue(rules), parsed.GetValue(effects) ?? []), parsed.GetValue(alone), PythonSources.Library(parsed.GetValue(library)!));
            CommandInputs inputs = CommandInputs.Of(host, parsed, null, output, evidence, listing);
            ReportFile target = new(pack, inputs);
            ReportFile? lines = parsed.GetValue(evidence) is { } first ? new ReportFile(first, inputs) : null;
            ReportFile? texts = parsed.GetValue(listing) is { } second ? new ReportFile(second, inputs) : null;
            using StreamWriter writer = host.Writer();
            try
            {
                string[] all = parsed.GetValue(sources)!;
                build.Add([.. all.Where(s => !IsListing(s)).Select(PythonSources.Read)], writer.WriteLine, host.Cancellation);
                foreach (string file in all.Where(IsListing))
                {
                    using StreamReader reader = new(file, Encoding.UTF8);
                    build.AddListing(reader);
                }

                byte[] bytes = build.Pack(parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(pack), parsed.GetValue(version)!, parsed.GetValue(brief));
                target.Write(stream => stream.Write(bytes));
                Write(lines, w => build.WriteEvidence(w, bytes));
                Write(texts, build.WriteListing);
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pack}: {build.Names} names, {bytes.Length} bytes"));
            }
            catch (EffectPackException e)
            {
                throw new UsageException(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"The pack cannot be built: {FileFault.Of(e)}.");
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static bool IsListing(string source) => source.EndsWith(ListingEnd, StringComparison.Ordinal);

    private static void Write(ReportFile? file, Action<TextWriter> write) => file?.Write(stream =>
    {
        using StreamWriter writer = new(stream, leaveOpen: true);
        write(writer);
    });
}
