// A disk under a program that ends, or whose disk fails, at a chosen operation.
using Assay.Trust.Storage;

namespace Assay.Trust.Tests.Builders;

/// <summary>The program has ended: nothing that it would do afterwards happens.</summary>
internal sealed class DeadException : Exception;

/// <summary>Ends the program behind the operation of a number; what would clean up afterwards does not run either.</summary>
internal sealed class MortalDisk(int last) : Disk
{
    private int _done;
    private bool _dead;

    /// <summary>The operations that were done.</summary>
    public List<string> Done { get; } = [];

    protected override void Before(string operation, string path)
    {
        if (_dead)
        {
            throw new DeadException();
        }
    }

    protected override void After(string operation, string path)
    {
        Done.Add(operation);
        if (++_done == last)
        {
            _dead = true;
            throw new DeadException();
        }
    }
}

/// <summary>Fails one operation with an error of the system, and goes on.</summary>
internal sealed class FailingDisk(int at, int error, string? only = null) : Disk
{
    private int _asked;

    /// <summary>Whether it has failed.</summary>
    public bool HasFailed { get; private set; }

    protected override void Before(string operation, string path)
    {
        if ((only is null || operation == only) && ++_asked == at)
        {
            HasFailed = true;
            throw new IOException("The disk says no.", error);
        }
    }
}
