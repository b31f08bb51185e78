// The words for effects.
using Assay.Effects;

namespace Assay.Reports;

/// <summary>The words for effects, for people.</summary>
internal static class EffectWords
{
    public static string Of(NameKind kind) => kind switch
    {
        NameKind.Function => "function",
        NameKind.Class => "class",
        NameKind.Module => "module",
        _ => "value",
    };

    public static string Of(ReferenceWeight weight) => weight switch
    {
        ReferenceWeight.None => "none",
        ReferenceWeight.Suspicious => "suspicious",
        _ => "harmful",
    };

    /// <summary>What an effect is, as a sentence without its end.</summary>
    public static string Of(Effect effect) => $"{What(effect)}{With(effect.Source)}{When(effect.Condition)}";

    /// <summary>What calls a method.</summary>
    public static string When(string method) => method switch
    {
        "__setstate__" => "when a state is put into an instance (BUILD)",
        "append" => "when an item is appended (APPEND, and APPENDS where there is no extend)",
        "extend" => "when items are appended (APPENDS)",
        "__setitem__" => "when items are set (SETITEM, SETITEMS)",
        "add" => "when items are added (ADDITEMS)",
        "__setattr__" => "when a state is put in as attributes (BUILD)",
        "__hash__" or "__eq__" => "when it becomes a key, or an item of a set",
        "__del__" => "when the object dies",
        "__call__" => "when the object is called",
        _ => "when Python or a loader calls it",
    };

    private static string What(Effect effect) => effect.Kind switch
    {
        EffectKind.Exec => "runs code",
        EffectKind.Process => "starts a program",
        EffectKind.Import => "imports by name",
        EffectKind.Unpickle => "loads a pickle or a model",
        EffectKind.NativeLoad => "loads native code or calls into it",
        EffectKind.Network => "opens a connection",
        EffectKind.Write => "writes files",
        EffectKind.Delete => "deletes files",
        EffectKind.Read => "reads files",
        EffectKind.ProcessState => "changes or reveals the interpreter",
        EffectKind.Defer => "registers what runs later",
        EffectKind.Spend => "blocks or exhausts the process",
        EffectKind.Inspect => "asks who and where the process is",
        EffectKind.Decode => "decodes or unpacks bytes",
        EffectKind.Tamper => "reaches into a scanner",
        EffectKind.Memory => "reads or writes memory",
        EffectKind.Evaluate => "evaluates an expression",
        EffectKind.Odd => "does what no model needs",
        EffectKind.Call => "makes a call",
        EffectKind.New => "makes an instance",
        EffectKind.SetState => "puts a state in",
        EffectKind.Method => $"calls the method {effect.Name}",
        EffectKind.GetAttribute => "reads an attribute by name",
        EffectKind.SetAttribute => "sets an attribute by name",
        EffectKind.MakeClass => "makes a class",
        EffectKind.NamesModule => "imports a module",
        EffectKind.InnerPickle => "loads a pickle that is examined by itself",
        EffectKind.Code or EffectKind.MarshalledCode => "makes a function or a code object",
        EffectKind.Keep => "keeps it for later",
        _ => "does what could not be found out",
    };

    private static string With(EffectSource source)
    {
        string value = source.Kind switch
        {
            SourceKind.Always => "",
            SourceKind.Any => "any argument",
            SourceKind.From => $"the arguments from {source.Index} on",
            SourceKind.Keyword => $"the argument {source.Name}",
            _ => source.Name.Length > 0 ? $"argument {source.Index} ({source.Name})" : $"argument {source.Index}",
        };
        return value.Length == 0 ? ", whatever it gets" : $", decided by {(source.Items ? "the items of " : "")}{(source.Key.Length > 0 ? $"{source.Key} of " : "")}{value}";
    }

    private static string When(EffectCondition? condition) => condition switch
    {
        null => "",
        { Texts.Count: 0 } given => $", {(given.Negated ? "unless" : "if")} {given.Source} is given",
        _ => $", {(condition.Negated ? "unless" : "if")} {condition.Source} is {string.Join(" or ", condition.Texts)}",
    };
}
