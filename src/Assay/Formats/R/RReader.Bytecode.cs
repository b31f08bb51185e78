// How compiled code is written: instructions, constants, and the cells of its expressions.
using Assay.Bytes;

namespace Assay.Formats.R;

internal sealed partial class RReader
{
    /// <summary>The instructions that fetch a function by the name that a constant holds: GETFUN to GETINTLBUILTIN of R's <c>eval.c</c>.</summary>
    private const int FirstFetch = 23;
    private const int LastFetch = 27;
    private const int MostInstructions = 1 << 20;
    private HashSet<int>? _fetched;

    /// <summary>The code of a compiled function, or its next constant.</summary>
    private RItem? NextOfBytecode(RFrame frame)
    {
        switch (frame.Read)
        {
            case 0:
                // The vector of instructions and, behind it, the number of constants.
                _fetched = [];
                return Begin(RPlace.Instructions, frame.Time, frame.Owner);
            default:
                if (frame.HasAttributes && frame.Left == 1)
                {
                    return Begin(RPlace.Attributes, frame.Time, frame.Owner);
                }

                return BeginConstant(frame);
        }
    }

    private void ItemOfBytecode(RFrame frame, RItem item)
    {
        if (frame.Read == 1)
        {
            frame.Fetched = _fetched;
            frame.HasAttributes = frame.Left == 2;
            int constants = _in.Int();
            frame.Left += constants < 0 || constants > cursor.Left ? throw new MalformedException(cursor.Offset, "The constants of compiled code do not fit into the file.") : constants;
        }
        else if (item.Kind == RKind.Symbol && frame.Fetched?.Contains((int)Math.Min(int.MaxValue, frame.Read - 2)) == true)
        {
            _calls.Fetched(item.Text, frame.Time, frame.Owner, frame.Offset);
        }
    }

    private RItem? BeginConstant(RFrame frame)
    {
        long offset = cursor.Offset;
        int type = _in.Int();
        switch (type)
        {
            case RType.Bytecode:
                Push(Frame(type, RStep.Items, offset, RPlace.Code, frame.Time, frame.Owner, 1, frame.Repeats));
                return null;
            case RType.Call or RType.PairList or RType.Repeats or RType.Repeated or RType.AttributedCall or RType.AttributedList:
                return BeginCell(type, frame, RPlace.Code);
            default:
                return Begin(RPlace.Code, frame.Time, frame.Owner);
        }
    }

    private RItem? BeginCompiled(RPlace place, RFrame frame) => BeginCell(_in.Int(), frame, place);

    /// <summary>A part of an expression of compiled code; parts that occur again are written once.</summary>
    private RItem? BeginCell(int type, RFrame parent, RPlace place)
    {
        long offset = cursor.Offset;
        int repeat = -1;
        if (type == RType.Repeated)
        {
            int number = _in.Int();
            return parent.Repeats is { } known && number >= 0 && number < known.Length ? known[number] : throw new MalformedException(offset, "Compiled code repeats what was not read yet.");
        }

        if (type == RType.Repeats)
        {
            repeat = _in.Int();
            type = _in.Int();
        }

        if (type is not (RType.Call or RType.PairList or RType.AttributedCall or RType.AttributedList))
        {
            return Begin(place, parent.Time, parent.Owner);
        }

        RFrame frame = new()
        {
            Type = type is RType.AttributedCall or RType.Call ? RType.Call : RType.PairList,
            Step = RStep.Head,
            Offset = offset,
            Place = place,
            Time = parent.Time,
            Owner = parent.Owner,
            IsCompiled = true,
            Repeat = repeat,
            Repeats = parent.Repeats,
        };
        StartCompiledCell(frame, type);
        Push(frame);
        return null;
    }

    private RItem? NextCompiledCell(RFrame frame)
    {
        int type = _in.Int();
        if (type is RType.Call or RType.PairList or RType.AttributedCall or RType.AttributedList)
        {
            StartCompiledCell(frame, type);
            return null;
        }

        return BeginCell(type, frame, RPlace.Code);
    }

    private static void StartCompiledCell(RFrame frame, int type)
    {
        frame.HasAttributes = type is RType.AttributedCall or RType.AttributedList;
        frame.HasTag = true;
        frame.Tag = "";
        frame.Step = frame.HasAttributes ? RStep.Attributes : RStep.Tag;
    }

    private static void Repeat(RFrame frame, RItem item)
    {
        if (frame.Repeats is { } known && frame.Repeat >= 0 && frame.Repeat < known.Length)
        {
            known[frame.Repeat] = item;
        }
    }

    private void Instructions(long count)
    {
        int before = 0;
        for (long i = 0; i < count; i++)
        {
            int word = _in.Int();
            if (before is >= FirstFetch and <= LastFetch && i < MostInstructions)
            {
                _fetched?.Add(word);
            }

            before = i == 0 ? 0 : word;
        }

        context.Budget.SpendWork(count, cursor.Offset);
    }
}
