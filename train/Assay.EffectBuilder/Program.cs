// effects-builder: effect packs from the source of Python distributions.
using Assay.EffectBuilder;
using Assay.Effects.Packs;

const string Usage = """
    effects-builder -o PACK [--evidence FILE] [--name NAME] [--version VERSION] [--library DIR]... SOURCE...

    Finds out what the callables of Python distributions do, and writes it as an effect pack. The same sources give the same bytes.

      SOURCE           a folder, a wheel, an sdist (.tar.gz, .zip) or a Debian package; NAME==VERSION=SOURCE where its name does not say what it is.
                       Of several versions of one distribution the union is taken.
      --library DIR    where imports are found that are no part of the sources: the standard library, other packages
      --evidence FILE  the file beside the pack that says on what each effect rests
    """;

try
{
    BuildOptions? options = BuildOptions.Parse(args);
    if (options is null)
    {
        Console.Error.WriteLine(Usage);
        return 4;
    }

    BuiltPack pack = PackBuild.Run(options, Console.Error);
    File.WriteAllBytes(options.Output, pack.Bytes);
    if (options.Evidence is { } file)
    {
        using StreamWriter writer = new(file);
        pack.WriteEvidence(writer);
    }

    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException or EffectPackException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 4;
}
