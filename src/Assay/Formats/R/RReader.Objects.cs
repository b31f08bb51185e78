// How each type of object is written.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.R;

internal sealed partial class RReader
{
    private const int MostSubmitted = 1_000;
    private const int SmallestSubmitted = 16;
    private int _submitted;

    /// <summary>Begins an object: what it is where it has no parts, else its frame is pushed.</summary>
    private RItem? Begin(RPlace place, RTime time, string owner)
    {
        long offset = cursor.Offset;
        return Begin(_in.Int(), offset, place, time, owner);
    }

    private RItem? Begin(int flags, long offset, RPlace place, RTime time, string owner)
    {
        int type = flags & 0xFF;
        bool attributed = (flags & AttributesFlag) != 0;
        switch (type)
        {
            case RType.Null or RType.Nil:
                return new RItem(RKind.Null);
            case RType.EmptyEnvironment or RType.BaseEnvironment or RType.GlobalEnvironment or RType.BaseNamespace:
                return new RItem(RKind.Environment);
            case RType.Unbound:
                return new RItem(RKind.Unbound);
            case RType.MissingArgument or RType.GenericReference or RType.ClassReference:
                return new RItem(RKind.Data);
            case RType.Reference:
                return Referred(flags >> 8, offset);
            case RType.Persistent or RType.Package or RType.Namespace:
                return Named(type, offset);
            case RType.Characters:
                int length = _in.Int();
                RItem characters = length == -1 ? new RItem(RKind.Data) : new RItem(RKind.Text, _in.String(length < -1 ? throw new MalformedException(offset, "The length of a text is negative.") : length, KeptText));
                if (!attributed)
                {
                    return characters;
                }

                Push(Frame(type, RStep.Attributes, offset, place, time, owner));
                return null;
            case RType.Special or RType.Builtin:
                return new RItem(RKind.Function, _in.String(_in.Int(), KeptText));
            case RType.PairList or RType.Call or RType.Closure or RType.Promise or RType.Dots:
                RFrame chain = Frame(type, RStep.Head, offset, place, time, owner);
                StartCell(chain, flags);
                Push(chain);
                return null;
            case RType.Symbol:
                Push(Frame(type, RStep.Items, offset, place, time, owner, 1));
                return null;
            case RType.Environment:
                _in.Int();
                Refer(new RItem(RKind.Environment));
                Push(Frame(type, RStep.Items, offset, place, time, owner, 4));
                return null;
            case RType.Altrep:
                Push(Frame(type, RStep.Items, offset, place, time, owner, 3));
                return null;
            case RType.Pointer:
                Refer(new RItem(RKind.Data));
                Push(Frame(type, RStep.Items, offset, place, time, owner, attributed ? 3 : 2));
                return null;
            case RType.WeakReference:
                Refer(new RItem(RKind.Data));
                return Attributed(type, attributed, offset, place, time, owner);
            case RType.S4:
                return Attributed(type, attributed, offset, place, time, owner);
            case RType.Bytecode:
                int repeats = _in.Int();
                RItem[] again = new RItem[Clamp.Count(repeats, sizeof(int), cursor.Left)];
                context.Held.Add(32L * again.Length);
                RFrame code = Frame(type, RStep.Items, offset, place, time, owner, attributed ? 2 : 1, again);
                Push(code);
                return null;
            case RType.Logical or RType.Integer or RType.Real or RType.Complex or RType.Raw:
                return Vector(type, attributed, offset, place, time, owner);
            case RType.Strings or RType.List or RType.Expression:
                long items = _in.Length();
                if (items > cursor.Left)
                {
                    Declares(items, offset);
                }

                RPlace inner = type == RType.Expression ? RPlace.Code : place == RPlace.Buckets ? RPlace.Bindings : place is RPlace.Code or RPlace.Bound ? place : RPlace.Value;
                RFrame list = Frame(type, RStep.Items, offset, inner, time, owner, items);
                list.HasAttributes = attributed;
                list.Step = items == 0 ? (attributed ? RStep.Attributes : RStep.Done) : RStep.Items;
                Push(list);
                return null;
            default:
                throw new MalformedException(offset, $"There is no object of type {type}.");
        }
    }

    /// <summary>Numbers and bytes: they are stepped over, and bytes are handed to the walk.</summary>
    private RItem? Vector(int type, bool attributed, long offset, RPlace place, RTime time, string owner)
    {
        long count = _in.Length();
        int size = type switch { RType.Raw => 1, RType.Real => 8, RType.Complex => 16, _ => 4 };
        if (_in.IsBinary && count > cursor.Left / size)
        {
            Declares(count, offset);
        }

        long start = cursor.Offset;
        if (place == RPlace.Instructions)
        {
            Instructions(count);
        }
        else
        {
            _in.Skip(count, size, type == RType.Complex ? 2 : 1);
        }

        if (_in.IsBinary)
        {
            ByteRange data = new(start, cursor.Offset - start);
            context.Cover(data, CoverageKind.Data);
            if (type == RType.Raw && count >= SmallestSubmitted && _submitted++ < MostSubmitted)
            {
                context.Submit(new Artifact($"raw@0x{offset:x}", context.Artifact.Bytes.Slice(data), context.Artifact) { MayBeOpaque = true });
            }
        }

        return Attributed(type, attributed, offset, place, time, owner);
    }

    private RItem? Attributed(int type, bool attributed, long offset, RPlace place, RTime time, string owner)
    {
        if (!attributed)
        {
            return new RItem(RKind.Data);
        }

        Push(Frame(type, RStep.Attributes, offset, place, time, owner));
        return null;
    }

    private RItem Referred(int index, long offset)
    {
        index = index == 0 ? _in.Int() : index;
        if (index < 1 || index > _references.Count)
        {
            throw new MalformedException(offset, "A reference leads to an object that was not read yet.");
        }

        return _references[index - 1];
    }

    /// <summary>A package or namespace, which R loads by its name, or an object that only the writing program can find.</summary>
    private RItem Named(int type, long offset)
    {
        if (_in.Int() != 0)
        {
            throw new MalformedException(offset, "The name of a package has names.");
        }

        int count = _in.Int();
        string first = "";
        for (int i = 0; i < count; i++)
        {
            int flags = _in.Int() & 0xFF;
            int length = _in.Int();
            string text = flags == RType.Characters && length >= 0 ? _in.String(length, KeptText) : throw new MalformedException(offset, "The name of a package is no text.");
            first = i == 0 ? text : first;
            context.Budget.SpendWork(WorkCosts.NearRead, offset);
        }

        context.Add(new EntryFact
        {
            Path = context.Artifact.Path,
            Offset = offset,
            Source = "r-names",
            Key = type switch { RType.Package => "package", RType.Namespace => "namespace", _ => "persistent" },
            Value = first,
        });
        return Refer(new RItem(RKind.Environment, first));
    }

    /// <summary>The next item of a vector, or part of an object with a fixed number of them.</summary>
    private RItem? NextItem(RFrame frame)
    {
        switch (frame.Type)
        {
            case RType.Environment:
                return Begin(
                    frame.Read switch { 0 => RPlace.Bound, 1 => RPlace.Bindings, 2 => RPlace.Buckets, _ => RPlace.Attributes },
                    frame.Time == RTime.Promise ? RTime.Promise : RTime.Language,
                    "");
            case RType.Altrep:
                return Begin(frame.Read switch { 0 => RPlace.Representation, 1 => RPlace.Value, _ => RPlace.Attributes }, frame.Time, frame.Owner);
            case RType.Pointer:
                return Begin(frame.Read == 2 ? RPlace.Attributes : RPlace.Bound, frame.Time, frame.Owner);
            case RType.Bytecode:
                return NextOfBytecode(frame);
            default:
                return Begin(frame.Place, frame.Time, frame.Owner);
        }
    }

    /// <summary>An item of a vector, or a part, is read.</summary>
    private void Item(RFrame frame, RItem item)
    {
        frame.Take(item);
        context.Budget.SpendWork(frame.Type == RType.Strings ? 4 : WorkCosts.NearRead, cursor.Offset);
        if (frame.Type == RType.Symbol)
        {
            frame.First = Refer(new RItem(RKind.Symbol, item.Text));
        }
        else if (frame.Type == RType.Altrep)
        {
            Representation(frame);
        }
        else if (frame.Type == RType.Bytecode)
        {
            ItemOfBytecode(frame, item);
        }

        if (--frame.Left <= 0)
        {
            frame.Step = frame.HasAttributes && frame.Type is RType.Strings or RType.List or RType.Expression ? (frame.HasAttributes ? RStep.Attributes : RStep.Done) : RStep.Done;
        }
    }

    /// <summary>An object whose package makes it out of a state; those that lie in a file open it.</summary>
    private void Representation(RFrame frame)
    {
        if (frame.Read == 1 && frame.First.Text.Split('\n') is [var name, var package, ..])
        {
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = frame.Offset, Source = "r-names", Key = "representation", Value = RCalls.Qualified(package, name) });
        }
        else if (frame.Read == 2 && frame.First.Text.StartsWith("mmap_", StringComparison.Ordinal))
        {
            context.Refer("external-data", frame.Second.Text, frame.Offset);
        }
    }

    /// <summary>The rest of a chain: another cell, or its end.</summary>
    private RItem? NextCell(RFrame frame)
    {
        long offset = cursor.Offset;
        if (frame.IsCompiled)
        {
            return NextCompiledCell(frame);
        }

        int flags = _in.Int();
        if ((flags & 0xFF) is RType.PairList or RType.Call or RType.Dots)
        {
            StartCell(frame, flags);
            return null;
        }

        return Begin(flags, offset, RPlace.Value, frame.Time, frame.Owner);
    }

    private static void StartCell(RFrame frame, int flags)
    {
        frame.HasAttributes = (flags & AttributesFlag) != 0;
        frame.HasTag = (flags & TagFlag) != 0;
        frame.IsActive = ((flags >> LevelsShift) & ActiveLevel) != 0;
        frame.Tag = "";
        frame.Step = frame.HasAttributes ? RStep.Attributes : frame.HasTag ? RStep.Tag : RStep.Head;
    }

    private void Declares(long count, long offset)
    {
        // A torn download has the same; what only a lie explains is far beyond.
        if (count > 1024 + (16 * context.Artifact.Bytes.Length))
        {
            context.Anomaly("r.declares-more", offset, 0, $"A vector declares {count} elements, and {cursor.Left} bytes are left.");
        }
    }

    private static RFrame Frame(int type, RStep step, long offset, RPlace place, RTime time, string owner, long items = 0, RItem[]? repeats = null) =>
        new() { Type = type, Step = step, Offset = offset, Place = place, Time = time, Owner = owner, Left = items, Repeats = repeats };
}
