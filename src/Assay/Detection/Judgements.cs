// The judgements about callables that rules can name.
namespace Assay.Detection;

/// <summary>The judgements about callables; a rule's <c>when: {callable: ...}</c> names one.</summary>
internal static class Judgements
{
    /// <summary>A listed callable is called, or handed to something that keeps or calls it.</summary>
    public const string Reached = "reached";

    /// <summary>Only <c>__new__</c> of a listed class runs.</summary>
    public const string Constructed = "constructed";

    /// <summary>A listed callable is imported and nothing else.</summary>
    public const string Imported = "imported";

    /// <summary>The arguments of a benign callable are not what it needs.</summary>
    public const string OddArguments = "odd-arguments";

    /// <summary>A judgement needs constants that were not kept.</summary>
    public const string Elided = "elided";

    /// <summary>A callable that no pack lists is called.</summary>
    public const string UnknownCalled = "unknown-called";

    /// <summary>A callable that no pack lists is called with what can carry nothing.</summary>
    public const string UnknownInert = "unknown-inert";

    /// <summary>A state with something that can act is put into an object of a class that no pack lists.</summary>
    public const string UnknownState = "unknown-state";

    /// <summary>A callable whose name cannot be told is called.</summary>
    public const string ComputedCalled = "computed-called";

    /// <summary>What a call returned is called.</summary>
    public const string ResultCalled = "result-called";

    /// <summary>What a trampoline or a harmful call returned is called.</summary>
    public const string TrampolineResult = "trampoline-result";

    /// <summary>An attribute is reached that leads from any object to code.</summary>
    public const string DangerousAttribute = "dangerous-attribute";

    /// <summary>A state plants something that the interpreter calls by itself.</summary>
    public const string HookState = "hook-state";

    /// <summary>A state is put into a module, a function or a class itself.</summary>
    public const string ModuleState = "module-state";

    /// <summary>Items are set on a tensor.</summary>
    public const string TensorItems = "tensor-items";

    /// <summary>Carried code names what only attacks combine.</summary>
    public const string HarmfulCode = "harmful-code";

    /// <summary>Carried code names commands, code or the network.</summary>
    public const string SuspiciousCode = "suspicious-code";

    /// <summary>Carried code names nothing of the kind.</summary>
    public const string OrdinaryCode = "ordinary-code";

    /// <summary>A trampoline is made with harmless arguments and not used.</summary>
    public const string TrampolineMade = "trampoline-made";

    /// <summary>An object keeps a function that reads or writes files, and nothing that loading runs calls it.</summary>
    public const string Kept = "kept";

    /// <summary>Code of packages that no pack vouches for is needed and made without calling it.</summary>
    public const string Packages = "packages";

    /// <summary>A harmful callable lies behind the break of every unpickler.</summary>
    public const string Unreached = "unreached";

    /// <summary>A value of the file names a harmful callable where a framework imports what it finds.</summary>
    public const string NamedByData = "named-by-data";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Reached, Constructed, Imported, OddArguments, Elided, UnknownCalled, UnknownInert, UnknownState, ComputedCalled, ResultCalled, TrampolineResult,
        DangerousAttribute, HookState, ModuleState, TensorItems, HarmfulCode, SuspiciousCode, OrdinaryCode, TrampolineMade, Kept, Packages,
        Unreached, NamedByData,
    ];
}
