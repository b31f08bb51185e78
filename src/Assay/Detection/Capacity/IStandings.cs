// What is known of names, as far as the weighing of values asks for it.
namespace Assay.Detection.Capacity;

/// <summary>What a name stands for where it is handed over.</summary>
internal enum Standing
{
    /// <summary>No table knows it.</summary>
    Unknown,

    /// <summary>Known, and harmless to hand over.</summary>
    Harmless,

    /// <summary>Known to keep a callable and call it when it is used: a partial function, a map object.</summary>
    KeepsCallable,

    /// <summary>Known to put texts together.</summary>
    MakesText,

    /// <summary>Known to do harm when it is called.</summary>
    Harmful,
}

/// <summary>Says what names stand for.</summary>
internal interface IStandings
{
    /// <summary>What the name stands for.</summary>
    Standing Of(string path);

    /// <summary>Whether the name is that of a function that reads or writes files, which objects keep as their settings.</summary>
    bool IsSetting(string path);

    /// <summary>Whether the name is known to do harm when it is called; what nothing is known of is not.</summary>
    bool DoesHarm(string path);
}
