// Says that a store cannot be used.
namespace Assay.Store;

/// <summary>A store cannot be opened, read or written. The message is one clear sentence; nothing that was kept before is lost.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates it with its sentence.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with its sentence and what lies behind it.</summary>
    public StoreException(string message, Exception behind)
        : base(message, behind)
    {
    }
}
