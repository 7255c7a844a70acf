namespace Obstat.Settings;

/// <summary>
/// How a part learns that the program that started it is gone: its standard input ends. Also a program that was killed lets go of it, so no part outlives <c>obstat up</c>.
/// </summary>
public static class Supervision
{
    /// <summary>Set to <see cref="ByInput"/> by a program that holds the other end of its parts' standard input.</summary>
    public const string Variable = "OBSTAT_SUPERVISED";

    /// <summary>The one value that is known.</summary>
    public const string ByInput = "stdin";

    /// <summary>Calls <paramref name="gone"/> once the supervisor is gone; never where there is none.</summary>
    public static void Watch(Action gone)
    {
        ArgumentNullException.ThrowIfNull(gone);
        if (Environment.GetEnvironmentVariable(Variable) != ByInput)
        {
            return;
        }

        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[64];
            try
            {
                while (input.Read(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // An input that cannot be read has no other end.
            }

            gone();
        })
        { IsBackground = true, Name = "supervision" }.Start();
    }
}
