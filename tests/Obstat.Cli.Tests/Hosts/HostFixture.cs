using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Cli.Tests.Hosts;

/// <summary>An installation in a project folder with the files of a host as they were recorded, a home folder of its own, and a program that tells the host's version.</summary>
internal sealed class HostFixture : IDisposable
{
    public const string Claude = """
        {
          "mcpServers": {
            "github": {
              "type": "http",
              "url": "https://tools.example/mcp",
              "headers": { "Authorization": "Bearer ${TOKEN}" }
            },
            "files": {
              "command": "npx",
              "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]
            }
          }
        }

        """;

    public const string ClaudeSettings = """
        {
          "permissions": {
            "allow": ["Read", "mcp__files__read_text_file"],
            "deny": ["Bash"]
          },
          "hooks": {
            "PreToolUse": [
              { "matcher": "Write|Edit", "hooks": [ { "type": "command", "command": "./lint.sh" } ] }
            ],
            "Stop": []
          }
        }
        """;

    public const string Cursor = "{\r\n  \"mcpServers\": {\r\n  }\r\n}\r\n";

    public const string CursorHooks = """{"version":1,"hooks":{"beforeShellExecution":[{"command":"./audit.sh","failClosed":true}]}}""";

    public const string Code = """
        {
          // Servers of this workspace.
          "inputs": [
            { "type": "promptString", "id": "token", "description": "Token", "password": true },
          ],
          "servers": {
            "docs": { "type": "http", "url": "https://docs.example/mcp" }, // read only
          },
        }
        """;

    public HostFixture(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            Write(path, text);
        }

        _ = Directory.CreateDirectory(In("home"));
        _ = Directory.CreateDirectory(In("bin"));
        Assert.Equal(0, Obstat("init").Code);
        var added = Obstat("mcp", "add", "files", "--approve", "all", "--", "sh", Listing());
        Assert.True(added.Code == 0, added.Error);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("obstat-host-").FullName;

    public string In(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllText(In(path), text);
    }

    public byte[] Bytes(string path) => File.ReadAllBytes(In(path));

    public JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(In(path)), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }).RootElement;

    /// <summary>Makes the host's program tell a version.</summary>
    public void Version(string program, string version)
    {
        Write($"bin/{program}", $"#!/bin/sh\necho '{version}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(In($"bin/{program}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public Running.Result Obstat(params string[] words) => ObstatWith("", words);

    public Running.Result ObstatWith(string input, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "obstat-cli.dll"), .. words])
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["HOME"] = In("home");
        start.Environment["PATH"] = $"{In("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        _ = start.Environment.Remove("OBSTAT_CONFIG");
        _ = start.Environment.Remove("OBSTAT_SELF");
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(120)), "the command did not end");
        return new(process.ExitCode, output.Result, error.Result);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Listing()
    {
        Write("server.sh", """
            read x
            printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}'
            read x
            read x
            printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"look","inputSchema":{"type":"object"}}]}}'
            while read x; do :; done
            """);
        return In("server.sh");
    }
}
