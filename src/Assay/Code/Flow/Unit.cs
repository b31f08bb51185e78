// One thing that is analysed by itself: the body of a module, or a function for objects of one class.
using Assay.Code.Scopes;
using Assay.Code.Values;

namespace Assay.Code.Flow;

/// <summary>
/// One thing that is analysed by itself: the body of a module, or a function for objects of one class. What <c>self.m()</c> means depends on the class that
/// is made, so a method that is inherited is analysed for each class that has it.
/// </summary>
internal sealed class Unit(Scope root, ClassInfo? self, UnitCode code, int rank)
{
    /// <summary>Its names.</summary>
    public Scope Root { get; } = root;

    /// <summary>The function; null for a module.</summary>
    public FunctionInfo? Function => Root.Function;

    /// <summary>The class of the object, or null.</summary>
    public ClassInfo? Self { get; } = self;

    /// <summary>Its body in the order of evaluation.</summary>
    public UnitCode Code { get; } = code;

    /// <summary>What its names may be.</summary>
    public Dictionary<Variable, Value> Variables { get; } = [];

    /// <summary>What the functions in it return.</summary>
    public Dictionary<FunctionInfo, Value> Results { get; } = [];

    /// <summary>The functions in it that are called, or given to something that may call them.</summary>
    public HashSet<FunctionInfo> Active { get; } = [];

    /// <summary>What it does.</summary>
    public Summary Summary { get; } = new();

    /// <summary>The units that depend on it.</summary>
    public HashSet<Unit> Dependents { get; } = [];

    /// <summary>When its turn is: those that it calls have lower ones, as far as they do not call each other.</summary>
    public int Rank { get; set; } = rank;

    /// <summary>How many times it was evaluated.</summary>
    public int Evaluations { get; set; }

    /// <summary>Whether it grew too often: then anything may happen in it with all that it gets, and it is not evaluated again.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Whether it waits for its evaluation.</summary>
    public bool IsQueued { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Function is null ? Root.Module.Name : Self is null ? Function.Path : $"{Function.Path} of {Self.Path}";
}
