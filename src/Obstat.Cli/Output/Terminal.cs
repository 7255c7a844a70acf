using System.Text;
using Obstat.Proof.Json;

namespace Obstat.Cli.Output;

/// <summary>Standard streams: data goes to output, everything else to error. Nothing but this class writes to them.</summary>
internal sealed class Terminal
{
    private readonly Lock _lock = new();

    private Terminal(TextWriter output, TextWriter error, TextReader input, bool isInteractive, int? width)
        => (Out, Error, Input, IsInteractive, Width) = (output, error, input, isInteractive, width);

    /// <summary>Data.</summary>
    private TextWriter Out { get; }

    private TextWriter Error { get; }

    private TextReader Input { get; }

    /// <summary>Whether a person can be asked: standard input and error are a terminal.</summary>
    public bool IsInteractive { get; }

    /// <summary>Columns of the terminal that output is; null: it is none.</summary>
    public int? Width { get; }

    /// <summary>The streams of this process, without byte order mark, line feeds alone.</summary>
    public static Terminal OfProcess()
    {
        static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        var width = Console.IsOutputRedirected ? (int?)null : Console.WindowWidth is var columns and > 0 ? columns : null;
        return new Terminal(Writer(Console.OpenStandardOutput()), Writer(Console.OpenStandardError()), Console.In, !Console.IsInputRedirected && !Console.IsErrorRedirected, width);
    }

    /// <summary>A line of data.</summary>
    public void Write(string text)
    {
        lock (_lock)
        {
            Out.Write(text.EndsWith('\n') ? text : text + "\n");
        }
    }

    /// <summary>A table of data.</summary>
    public void Write(Table table) => Write(table.ToText(Width));

    /// <summary>One JSON object of data; its form is named in <c>schema</c>.</summary>
    public void Write(string verb, params (string Name, JsonValue Value)[] members)
        => Write(JsonValue.Object([("schema", JsonValue.Of($"obstat.cli/{verb}/v1")), .. members]).ToString());

    /// <summary>A line for people.</summary>
    public void Tell(string text)
    {
        lock (_lock)
        {
            Error.Write(text.EndsWith('\n') ? text : text + "\n");
        }
    }

    /// <summary>Tells an error and gives the exit code back.</summary>
    public int Fail(int code, ErrorText error)
    {
        Tell(error.ToString());
        return code;
    }

    /// <summary>Asks a person; null where nobody can be asked or the input ended.</summary>
    public string? Ask(string question)
    {
        if (!IsInteractive)
        {
            return null;
        }

        lock (_lock)
        {
            Error.Write(question);
        }

        return Input.ReadLine();
    }
}
