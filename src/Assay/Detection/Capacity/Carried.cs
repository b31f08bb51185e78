// What a value could do in code that is not known, from nothing to a payload.
namespace Assay.Detection.Capacity;

/// <summary>How much a value can carry into code that is not known.</summary>
internal enum Weight
{
    /// <summary>A number, a flag, a single ordinary word: it selects, and carries nothing.</summary>
    Inert,

    /// <summary>Words of a language, a module's or a command's name, text of some length: harmless in most places, not in all.</summary>
    Grey,

    /// <summary>Code, a command, a path, an address, a dotted name: what such code needs to do harm.</summary>
    Strong,
}

/// <summary>The weight of a value, and what it looks like in a word that stays the same between versions.</summary>
/// <param name="Weight">How much it can carry.</param>
/// <param name="Form">What it looks like, such as <c>path</c> or <c>command</c>.</param>
internal readonly record struct Carried(Weight Weight, string Form)
{
    /// <summary>Nothing.</summary>
    public static Carried Nothing => new(Weight.Inert, "");

    /// <summary>Whether it is code, a command, native code, a template or a pickle: forms that act wherever they come from.</summary>
    public bool Acts => Form is CarriedForms.Code or CarriedForms.Shell or CarriedForms.Template or CarriedForms.Native or CarriedForms.Pickle;

    public static Carried Strong(string form) => new(Weight.Strong, form);

    public static Carried Grey(string form) => new(Weight.Grey, form);

    /// <summary>The heavier of two.</summary>
    public Carried Or(Carried other) => other.Weight > Weight ? other : this;
}

/// <summary>The forms that values are told apart by.</summary>
internal static class CarriedForms
{
    public const string Code = "code";
    public const string Shell = "shell line";
    public const string Command = "command";
    public const string Template = "template";
    public const string Pickle = "pickle";
    public const string Native = "file that runs";
    public const string Path = "path";
    public const string Address = "address";
    public const string DottedName = "dotted name";
    public const string PowerfulWord = "powerful word";
    public const string Encoded = "encoded text";
    public const string Computed = "computed text";
    public const string Numbers = "text written as numbers";
    public const string HugeNumber = "huge number";
    public const string Signature = "bytes with a signature";
    public const string Bytes = "bytes";
    public const string WriteMode = "mode that writes";
    public const string Callable = "callable";
    public const string Word = "name of a module, a command or a builtin";
    public const string Option = "option";
    public const string Prose = "words";
    public const string Expression = "expression";
    public const string LongText = "long text";
    public const string NoObject = "nothing that an object is rebuilt from";

    private const int Excerpt = 60;

    /// <summary>A form with the beginning of what has it.</summary>
    public static string Of(string form, string text)
    {
        text = text.Trim();
        return text.Length == 0 ? form : $"{form}: '{(text.Length > Excerpt ? text[..(Excerpt - 3)] + "..." : text)}'";
    }

    /// <summary>A form as a sentence names it, with its excerpt if it has one; anything else as it is.</summary>
    public static string InWords(string said)
    {
        int quoted = said.IndexOf(": '", StringComparison.Ordinal);
        return quoted < 0 ? WithArticle(said) : $"{WithArticle(said[..quoted])} ({said[(quoted + 2)..]})";
    }

    private static string WithArticle(string form) => form switch
    {
        Code or Numbers or Signature or Bytes or Encoded or Prose => form,
        Address or Option or Expression => $"an {form}",
        Shell or Command or Template or Pickle or Native or Path or DottedName or PowerfulWord or Computed or HugeNumber or WriteMode or Callable or Word or LongText => $"a {form}",
        _ => form,
    };
}
