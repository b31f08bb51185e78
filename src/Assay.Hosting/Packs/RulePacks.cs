// Reads rule packs, effect packs and policies from files.
using System.Text;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Effects.Packs;
using Assay.Hosting.Files;
using Assay.Policies;

namespace Assay.Hosting.Packs;

/// <summary>Rule packs, effect packs and policies from files.</summary>
public static class RulePacks
{
    private const int LargestPack = 8 << 20;
    private const int LargestEffectPack = 256 << 20;

    /// <summary>The built-in rules, and those of <paramref name="directory"/> where one is given.</summary>
    /// <exception cref="SettingException">A pack cannot be read or used.</exception>
    public static RuleSet Load(string? directory) => Load(directory, []);

    /// <summary>The same, with effect packs from files.</summary>
    /// <exception cref="SettingException">A pack cannot be read or used.</exception>
    public static RuleSet Load(string? directory, IReadOnlyList<string> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        if (directory is null && effects.Count == 0)
        {
            return RuleSet.Default;
        }

        try
        {
            return RuleSet.With(directory is null ? [] : Read(directory), effects.Select(f => EffectPack.Open(f, new MemorySource(SettingFile.Read("effect pack", f, LargestEffectPack)))));
        }
        catch (Exception e) when (e is RulePackException or EffectPackException)
        {
            throw new SettingException(e.Message);
        }
    }

    /// <summary>The packs of <paramref name="directory"/> as texts, in the order of their names.</summary>
    /// <exception cref="SettingException">A pack cannot be read, or there is none.</exception>
    public static IReadOnlyList<(string Name, string Text)> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new SettingException($"There is no directory {directory} of rules.");
        }

        List<(string Name, string Text)> packs = [];
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal))
        {
            packs.Add((file, Text(file, "rule pack")));
        }

        if (packs.Count == 0)
        {
            throw new SettingException($"The directory {directory} holds no rules (*.yaml).");
        }

        return packs;
    }

    /// <summary>The policy in <paramref name="file"/>; its waivers may name <paramref name="rules"/>.</summary>
    /// <exception cref="SettingException">It cannot be read or used.</exception>
    public static Policy ReadPolicy(string file, RuleSet rules)
    {
        string text = Text(file, "policy");
        try
        {
            return PolicyLoader.Load(file, text, rules);
        }
        catch (RulePackException e)
        {
            throw new SettingException(e.Message);
        }
    }

    /// <summary>The store that the policy in <paramref name="file"/> names; null where it names none.</summary>
    /// <exception cref="SettingException">It cannot be read or used.</exception>
    public static string? ReadStore(string file)
    {
        string text = Text(file, "policy");
        try
        {
            return PolicyLoader.StoreOf(file, text);
        }
        catch (RulePackException e)
        {
            throw new SettingException(e.Message);
        }
    }

    private static string Text(string file, string what)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(SettingFile.Read(what, file, LargestPack)).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException)
        {
            throw new SettingException($"The {what} {file} is not UTF-8.");
        }
    }
}
