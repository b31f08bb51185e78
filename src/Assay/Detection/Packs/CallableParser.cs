// Reads the parts of a pack that say what names mean.
namespace Assay.Detection.Packs;

/// <summary>Reads dangerous attributes, hooks, and the words by which code and texts are told.</summary>
internal static class CallableParser
{
    public static bool TryRead(string key, PackNode value, CallableTable table)
    {
        switch (key)
        {
            case "dangerous-attributes":
                table.DangerousAttributes.UnionWith(value.AsTexts(key));
                return true;
            case "hooks":
                table.Hooks.UnionWith(value.AsTexts(key));
                return true;
            case "loading-hooks":
                table.LoadingHooks.UnionWith(value.AsTexts(key));
                return true;
            case "code-words":
                foreach ((string grade, PackNode words) in value.AsMap(key))
                {
                    if (grade is not ("harmful" or "suspicious"))
                        throw words.Error($"'{grade}' is no grade: harmful, suspicious.");

                    table.CodeWords.AddRange(words.AsTexts(grade).Select(w => (grade, w.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
                }

                return true;
            case "descriptors":
                table.Descriptors.UnionWith(value.AsTexts(key));
                return true;
            case "plain-attributes":
                table.PlainAttributes.UnionWith(value.AsTexts(key));
                return true;
            case "capacity":
                table.Capacity.Add(value);
                return true;
            case "command-texts":
                table.CommandTexts.AddRange(value.AsTexts(key));
                return true;
            default:
                return false;
        }
    }
}
