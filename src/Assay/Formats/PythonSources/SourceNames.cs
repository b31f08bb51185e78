// Which calls of Python source are worth telling, and which classes and functions loaders of models call.
using System.Collections.Frozen;
using Assay.Bytes;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>The names by which calls are kept and functions are taken for what loaders call.</summary>
internal static class SourceNames
{
    private static readonly Lazy<FrozenDictionary<string, FrozenSet<string>>> s_names = new(() =>
        EmbeddedTable.Rows("formats/python-sources.tsv").ToFrozenDictionary(r => r[0], r => r[1].Split(' ').ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>Whether a call of that name may reach beyond the source.</summary>
    public static bool IsKept(string callee)
    {
        int dot = callee.IndexOf('.', StringComparison.Ordinal);
        string module = dot < 0 ? callee : callee[..dot];
        if (callee.EndsWith('='))
        {
            // Who puts himself between a user and what asks him gets what is typed.
            return s_names.Value["guard"].Contains(callee[..^1]) || callee is "builtins.input=" || s_names.Value["secret-getter"].Contains(callee[(callee.LastIndexOf('.') + 1)..^1]);
        }

        // Of what functions give only some methods reach out.
        if (callee.Contains("().", StringComparison.Ordinal) && !s_names.Value["of-result"].Contains(callee[(callee.LastIndexOf('.') + 1)..]))
        {
            return false;
        }

        if (s_names.Value["sending-handler"].Contains(callee))
        {
            return true;
        }

        return callee is "?.called" ? true : module is "?" && s_names.Value["starting-method"].Contains(callee[(dot + 1)..]) ? true
            : module is "?" || module is "builtins" ? dot > 0 && s_names.Value["builtin"].Contains(callee[(dot + 1)..])
            : s_names.Value["part"].Contains(module) ? s_names.Value["reaching"].Contains(callee[(callee.LastIndexOf('.') + 1)..])
            : s_names.Value["package"].Contains(module) || (KnownModules.Has(module) && !s_names.Value["plain"].Contains(module));
    }

    /// <summary>Whether a kind of names lists one.</summary>
    public static bool Has(string kind, string name) => s_names.Value[kind].Contains(name);

    /// <summary>Whether a function reads a file of data.</summary>
    public static bool IsReader(string callee) => s_names.Value["data-reader"].Contains(callee) || s_names.Value["data-reader"].Contains(callee[..(callee.IndexOf('.', StringComparison.Ordinal) + 1)]);

    /// <summary>Whether a name begins as a kind says.</summary>
    public static bool Begins(string kind, string name) => s_names.Value[kind].Any(w => name.StartsWith(w, StringComparison.Ordinal));

    /// <summary>Whether a text has one of the words of a kind in it.</summary>
    public static bool Any(string kind, string text) => s_names.Value[kind].Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a call of that name, or of something that is taken of it, may reach beyond the source.</summary>
    public static bool MayReach(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string module = dot < 0 ? name : name[..dot];
        return s_names.Value["sending-handler"].Contains(name) || module is "?" || (module is "builtins" ? dot < 0 || s_names.Value["builtin"].Contains(name[(dot + 1)..]) || name.EndsWith(".globals()", StringComparison.Ordinal)
            : s_names.Value["part"].Contains(module) ? s_names.Value["reaching"].Contains(name[(name.LastIndexOf('.') + 1)..])
            : s_names.Value["package"].Contains(module) || (KnownModules.Has(module) && !s_names.Value["plain"].Contains(module)));
    }

    /// <summary>Whether an attribute of that name matters whatever it is taken of, or a builtin of that name leads to others.</summary>
    public static bool IsLeading(string name) => s_names.Value["leading"].Contains(name) || s_names.Value["reaching"].Contains(name);

    /// <summary>Whether something starts a file of that name by its name, or a loader is known to import it.</summary>
    public static bool IsStarted(string file) => s_names.Value["started"].Contains(file) || s_names.Value["started-prefix"].Any(p => file.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Whether loaders make objects of classes with that base.</summary>
    public static bool IsModelBase(string name) => s_names.Value["base"].Contains(name) || name.EndsWith("PreTrainedModel", StringComparison.Ordinal) || name.EndsWith("PretrainedConfig", StringComparison.Ordinal);

    /// <summary>Whether a trainer calls the methods of classes with that base whose names begin with <c>on_</c>.</summary>
    public static bool IsCallbackBase(string name) => name.EndsWith("Callback", StringComparison.Ordinal);

    /// <summary>Whether setuptools makes objects of classes with that base, and runs them.</summary>
    public static bool IsInstallerBase(string name) => s_names.Value["installer-base"].Contains(name);

    /// <summary>Whether a frontend of builds calls a function of that name (PEP 517, PEP 660).</summary>
    public static bool IsBuildHook(string name) => s_names.Value["build-hook"].Contains(name);

    /// <summary>Whether the import system calls a method of that name of what was put into its lists.</summary>
    public static bool IsHook(string name) => s_names.Value["hook"].Contains(name);

    /// <summary>Whether a method of a class of models runs when its object is used.</summary>
    public static bool IsUseMethod(string name) => s_names.Value["use-method"].Contains(name);

    /// <summary>Whether the code of others calls a method of that name when an object takes part in what it does.</summary>
    public static bool IsProtocol(string name) => s_names.Value["protocol"].Contains(name);

    /// <summary>Whether a method of such a class runs when its object is made or loaded.</summary>
    public static bool IsLoadMethod(string name) => s_names.Value["method"].Contains(name);

    /// <summary>Whether a function calls what it is handed.</summary>
    public static bool IsStarter(string name) => s_names.Value["starter"].Contains(name);

    /// <summary>Whether a function of a native library starts a program.</summary>
    public static bool IsNative(string name) => s_names.Value["native"].Contains(name);

    /// <summary>Whether a framework finds a function or class by that name.</summary>
    public static bool IsEntry(string name) => s_names.Value["entry"].Contains(name);
}
