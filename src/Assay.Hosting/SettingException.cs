// Says that something a user set cannot be used.
namespace Assay.Hosting;

/// <summary>A path, a pattern, a rule pack or a policy cannot be used as it was given. The message is one clear sentence for who gave it.</summary>
public sealed class SettingException(string message) : Exception(message);
