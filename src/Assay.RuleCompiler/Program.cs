// Puts the rule packs of the repository into the form in which they are part of the library; the build of the library runs it.
using System.Text;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.RuleCompiler;

/// <summary>Reads the packs of a folder and writes <c>packs.bin</c> and <c>effects.pack</c>: the code that reads them is that of the library.</summary>
internal static class Program
{
    /// <summary>What is said of where the effects come from.</summary>
    private static readonly PackProvenance s_provenance = new("assay-rules", "", []);

    private static int Main(string[] arguments)
    {
        if (arguments is not [{ } rules, { } output])
        {
            Console.Error.WriteLine("Assay.RuleCompiler RULES OUTPUT");
            return 2;
        }

        bool failed = false;
        void Report(RulePackException error)
        {
            // In the form of compilers, so that an editor leads to the line.
            failed = true;
            Console.Error.WriteLine($"{Path.Combine(rules, error.File["rules/".Length..])}({error.Line}): error RULES: {error.Message}");
        }

        List<RulePack> packs = [];
        foreach (string file in Directory.EnumerateFiles(rules, "*.yaml", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(rules, f).Replace('\\', '/')).Order(StringComparer.Ordinal))
        {
            try
            {
                packs.Add(RulePack.Parse("rules/" + file, File.ReadAllText(Path.Combine(rules, file), Encoding.UTF8)));
            }
            catch (RulePackException e)
            {
                Report(e);
            }
        }

        EffectListing effects = new();
        RuleSet read = new PackReader(Report, effects, new EffectKnowledge([effects.Table])).ReadAll(packs, RulePack.DigestOf(packs), []);
        if (failed)
            return 1;

        Directory.CreateDirectory(output);
        File.WriteAllBytes(Path.Combine(output, "packs.bin"), CompiledPacksWriter.Write(packs, read));
        File.WriteAllBytes(Path.Combine(output, "effects.pack"), EffectPackWriter.Write(effects.Table, s_provenance));
        return 0;
    }
}
