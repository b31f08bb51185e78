// Reads a serialised object of R with all that lies in it, without making any of it.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.R;

/// <summary>
/// Reads one serialised object, as <c>ReadItem</c> of R's <c>serialize.c</c> does, with an explicit stack. Of data nothing is kept; of code, which functions it
/// calls and when that would be. A promise that is not evaluated runs its code when it is looked at: where a loader holds one at once, that is what printing or
/// using the loaded object does (CVE-2024-27322; R refuses since 4.4).
/// </summary>
internal sealed partial class RReader(ReadContext context, ByteCursor cursor, REncoding encoding)
{
    private const int KeptText = 4096;
    private const int FrameCost = 256;
    private const int DeepNesting = 5_000;
    private const int ObjectFlag = 0x100;
    private const int AttributesFlag = 0x200;
    private const int TagFlag = 0x400;

    /// <summary>The bit of a cell's levels that says that its value is a function to be called.</summary>
    private const int ActiveLevel = 1 << 15;
    private const int LevelsShift = 12;
    private readonly RStream _in = new(cursor, encoding);
    private readonly List<RItem> _references = [];
    private readonly Stack<RFrame> _frames = new();
    private readonly RCalls _calls = new(context);

    /// <summary>What the code of the object calls.</summary>
    public RCalls Calls => _calls;

    /// <summary>The classes of the outermost object.</summary>
    public string Class { get; private set; } = "";

    /// <summary>How many functions there are.</summary>
    public int Functions { get; private set; }

    /// <summary>How many functions are compiled.</summary>
    public int Compiled { get; private set; }

    /// <summary>Reads the object that begins here.</summary>
    /// <param name="workspace">Whether it is the list of a workspace's variables.</param>
    public RItem Read(bool workspace)
    {
        RItem? item = Begin(workspace ? RPlace.Workspace : RPlace.Value, RTime.Language, "");
        while (_frames.TryPeek(out RFrame? frame))
        {
            if (item is { } done)
            {
                Deliver(frame, done);
            }

            if (frame.Step == RStep.Done)
            {
                _frames.Pop();
                context.Held.Remove(FrameCost);
                item = Finish(frame);
            }
            else
            {
                item = Next(frame);
            }
        }

        return item ?? default;
    }

    /// <summary>Begins the next part of an object; what it is where it has no parts itself.</summary>
    private RItem? Next(RFrame frame)
    {
        switch (frame.Step)
        {
            case RStep.Attributes:
                return Begin(RPlace.Attributes, frame.Time, frame.Owner);
            case RStep.Tag:
                return Begin(frame.Type == RType.Closure ? RPlace.Bound : frame.Type == RType.Promise ? RPlace.Bound : RPlace.Value, frame.Time, frame.Owner);
            case RStep.Head:
                return frame.IsCompiled ? BeginCompiled(PlaceOfHead(frame), frame) : Begin(PlaceOfHead(frame), TimeOfHead(frame), OwnerOfHead(frame));
            case RStep.Rest when frame.Type == RType.Closure:
                return Begin(RPlace.Code, TimeOfFunction(frame), frame.Owner);
            case RStep.Rest when frame.Type == RType.Promise:
                return Begin(RPlace.Code, TimeOfPromise(frame), frame.Owner);
            case RStep.Rest:
                return NextCell(frame);
            default:
                return NextItem(frame);
        }
    }

    /// <summary>A part is read.</summary>
    private void Deliver(RFrame frame, RItem item)
    {
        switch (frame.Step)
        {
            case RStep.Attributes when frame.Type is RType.PairList or RType.Call or RType.Closure or RType.Promise or RType.Dots:
                frame.Step = frame.HasTag ? RStep.Tag : RStep.Head;
                break;
            case RStep.Attributes:
                frame.Step = RStep.Done;
                break;
            case RStep.Tag:
                frame.Tag = item.Kind == RKind.Symbol ? item.Text : "";
                frame.Step = RStep.Head;
                break;
            case RStep.Head:
                Cell(frame, item);
                frame.Step = RStep.Rest;
                break;
            case RStep.Rest:
                frame.Second = frame.Type is RType.Closure or RType.Promise ? item : frame.Second;
                frame.Step = RStep.Done;
                break;
            default:
                Item(frame, item);
                break;
        }
    }

    /// <summary>The value of a cell is read.</summary>
    private void Cell(RFrame frame, RItem item)
    {
        frame.Take(item);
        context.Budget.SpendWork(WorkCosts.NearRead, cursor.Offset);
        if (frame.Place == RPlace.Workspace && frame.Tag.Length > 0)
        {
            context.Add(new EntryFact
            {
                Path = context.Artifact.Path, Offset = frame.Offset, Source = "r-workspace", Key = frame.Tag, Value = item.Kind.ToString().ToLowerInvariant(), Kind = EntryKind.Object,
            });
        }
        else if (frame is { Place: RPlace.Attributes, Tag: "class" } && _frames.Count == 2)
        {
            // A vector of no texts is no item with a text.
            Class = item.Text ?? "";
        }
    }

    /// <summary>What an object is of which all parts are read.</summary>
    private RItem Finish(RFrame frame)
    {
        switch (frame.Type)
        {
            case RType.Call:
                RItem call = Called(frame);
                Repeat(frame, call);
                return call;
            case RType.PairList:
                RItem pairs = new(RKind.Pairs, frame.Place == RPlace.Representation ? $"{frame.First.Text}\n{frame.Second.Text}" : frame.First.Text);
                Repeat(frame, pairs);
                return pairs;
            case RType.Closure:
                Functions++;
                return new RItem(RKind.Function);
            case RType.Promise:
                return Promised(frame);
            case RType.Altrep:
                return new RItem(RKind.Data, frame.Second.Text);
            case RType.Environment:
                return new RItem(RKind.Environment);
            case RType.Strings:
                return new RItem(RKind.Text, frame.First.Text);
            case RType.Bytecode:
                Compiled++;
                return new RItem(RKind.Call);
            case RType.Expression:
                return new RItem(RKind.Call);
            default:
                return new RItem(frame.Read == 0 ? RKind.Data : frame.First.Kind is RKind.Text or RKind.Symbol ? frame.First.Kind : RKind.Data, frame.First.Text);
        }
    }

    /// <summary>A call is read: what it calls is told, and <c>base::system</c> stands for the name that it finds.</summary>
    private RItem Called(RFrame frame)
    {
        string name = frame.First.Kind is RKind.Symbol or RKind.Text ? frame.First.Text : "";
        if (name is "::" or ":::" && frame.Arguments is [{ Text: var package }, { Text: var found }, ..])
        {
            return new RItem(RKind.Symbol, RCalls.Qualified(package, found));
        }

        _calls.Add(name, frame.Arguments, frame.Time, frame.Owner, frame.Offset);
        return new RItem(RKind.Call, name);
    }

    /// <summary>A promise is read: a value that is not there yet is made when somebody looks.</summary>
    private RItem Promised(RFrame frame)
    {
        if (frame.First.Kind != RKind.Unbound)
        {
            return frame.First;
        }

        if (IsAtHand(frame.Place))
        {
            string what = frame.Second.Kind == RKind.Call && frame.Second.Text.Length > 0 ? $", and calls {frame.Second.Text}" : "";
            context.Anomaly("r.promise", frame.Offset, cursor.Offset - frame.Offset, $"A value is a promise that is not evaluated: its code runs when the loaded object is looked at{what}.");
        }

        return new RItem(RKind.Promise, frame.Second.Text);
    }

    private static bool IsAtHand(RPlace place) => place is RPlace.Value or RPlace.Workspace or RPlace.Attributes;

    private static RPlace PlaceOfHead(RFrame frame) => frame.Type switch
    {
        RType.Closure or RType.Call => RPlace.Code,
        RType.Dots => RPlace.Bound,
        RType.Promise => frame.Place,
        _ => frame.Place switch
        {
            RPlace.Workspace or RPlace.Attributes => RPlace.Value,
            RPlace.Bindings => RPlace.Bound,
            RPlace.Representation => RPlace.Value,
            var same => same,
        },
    };

    private static RTime TimeOfHead(RFrame frame) => frame.IsActive && frame.Place == RPlace.Bindings ? RTime.ActiveBinding
        : frame.Type == RType.Closure ? TimeOfFunction(frame) : frame.Time;

    private static RTime TimeOfFunction(RFrame frame) => frame.Time is RTime.ActiveBinding or RTime.Promise ? frame.Time : RTime.Function;

    private static RTime TimeOfPromise(RFrame frame) =>
        frame.First.Kind != RKind.Unbound ? RTime.Language : IsAtHand(frame.Place) ? RTime.Promise : frame.Time == RTime.Promise ? RTime.Promise : RTime.Argument;

    private static string OwnerOfHead(RFrame frame) =>
        frame.Place is RPlace.Workspace or RPlace.Bindings && frame.Tag.Length is > 0 and < 256 ? frame.Tag : frame.Owner;

    private void Push(RFrame frame)
    {
        context.Held.Add(FrameCost);
        context.Budget.SpendWork(WorkCosts.NearRead, frame.Offset);
        _frames.Push(frame);
        if (_frames.Count == DeepNesting)
        {
            context.Anomaly("r.deep-nesting", frame.Offset, 0, $"Objects lie in each other more than {DeepNesting} deep; R reads them by recursion and runs out of stack.");
        }
    }

    private RItem Refer(RItem item)
    {
        context.Held.Add(32);
        _references.Add(item);
        return item;
    }
}
