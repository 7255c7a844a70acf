namespace Obstat.Tidy.Tests;

/// <summary>The rules of the house, each kept by the tree and each shown biting on a planted file.</summary>
public sealed class HouseRules
{
    [Fact]
    public void Every_reference_between_rooms_is_an_allowed_arrow() => Assert.Empty(Arrows.Forbidden(SourceTree.Tracked));

    [Fact]
    public void A_forbidden_arrow_is_found()
        => Assert.Single(Arrows.Forbidden([new("src/Obstat.Gateway/Obstat.Gateway.csproj", """<Project><ItemGroup><ProjectReference Include="..\Obstat.Core\Obstat.Core.csproj" /></ItemGroup></Project>""")]));

    [Fact]
    public void Every_room_is_known_to_the_list_of_arrows() => Assert.Empty(Arrows.UnknownRooms(SourceTree.Tracked));

    [Fact]
    public void A_room_without_arrows_is_found()
        => Assert.Single(Arrows.UnknownRooms([new("src/Obstat.Toolbox/Obstat.Toolbox.csproj", "<Project />")]));

    [Fact]
    public void The_inner_rooms_carry_no_package_but_the_named_one() => Assert.Empty(Arrows.ForbiddenPackages(SourceTree.Tracked));

    [Fact]
    public void A_package_in_an_inner_room_is_found()
        => Assert.Single(Arrows.ForbiddenPackages([new("src/Obstat.Cedar/Obstat.Cedar.csproj", """<Project><ItemGroup><PackageReference Include="Newtonsoft.Json" /></ItemGroup></Project>""")]));

    [Fact]
    public void No_name_in_the_product_is_a_switch_that_opens_the_gate() => Assert.Empty(Names.ForbiddenSwitches(SourceTree.Tracked));

    [Theory]
    [InlineData("class C { bool FailOpen { get; init; } }")]
    [InlineData("class C { void M(bool skipVerification) { } }")]
    [InlineData("class C { string Option = \"--force\"; }")]
    [InlineData("class C { string Variable = \"OBSTAT_INSECURE\"; }")]
    [InlineData("enum Mode { Enforce, AuditOnly }")]
    public void A_switch_that_opens_the_gate_is_found(string code) => Assert.NotEmpty(Names.ForbiddenSwitches([new("src/Obstat.Core/C.cs", code)]));

    [Theory]
    [InlineData("class C { int N = new[] { 1 }.Skip(1).Count(); }")]
    [InlineData("class Law { bool IsInForce; }")]
    [InlineData("class Enforcement { string Text = \"nothing is forced open\"; }")]
    public void Words_that_only_contain_such_a_name_are_left_alone(string code) => Assert.Empty(Names.ForbiddenSwitches([new("src/Obstat.Core/C.cs", code)]));

    [Fact]
    public void Nothing_is_called_a_drawer() => Assert.Empty(Names.ForbiddenDrawers(SourceTree.Tracked));

    [Theory]
    [InlineData("src/Obstat.Common/Obstat.Common.csproj", "<Project />")]
    [InlineData("src/Obstat.Core/Helpers/A.cs", "")]
    [InlineData("src/Obstat.Core/A.cs", "class PermitManager { }")]
    public void A_drawer_is_found(string path, string text) => Assert.NotEmpty(Names.ForbiddenDrawers([new(path, text)]));

    [Fact]
    public void Documents_name_files_that_exist() => Assert.Empty(Documents.DeadFiles(SourceTree.Tracked));

    [Theory]
    [InlineData("see [the way](src/Gone.cs)")]
    [InlineData("read `src/Obstat.Core/Gone.cs` first")]
    public void A_document_that_names_a_missing_file_is_found(string text) => Assert.Single(Documents.DeadFiles([new("README.md", text)]));

    [Fact]
    public void Documents_name_types_that_exist() => Assert.Empty(Documents.DeadTypes(SourceTree.Tracked));

    [Fact]
    public void A_document_that_names_a_missing_type_is_found() => Assert.Single(Documents.DeadTypes([new("README.md", "made by `PermitForge` alone")]));

    [Fact]
    public void Product_code_knows_neither_test_data_nor_a_machine() => Assert.Empty(Places.Forbidden(SourceTree.Tracked));

    [Theory]
    [InlineData("var x = \"../shar" + "ed/vectors\";")]
    [InlineData("var x = \"/ho" + "me/ada/keys\";")]
    public void A_place_of_one_machine_is_found(string text) => Assert.Single(Places.Forbidden([new("src/Obstat.Core/A.cs", text)]));

    [Fact]
    public void Every_catch_all_says_why_it_is_one() => Assert.Empty(Places.UnexplainedCatchAlls(SourceTree.Tracked));

    [Fact]
    public void A_catch_all_without_its_reason_is_found()
        => Assert.Single(Places.UnexplainedCatchAlls([new("src/Obstat.Core/A.cs", "#pragma warning disable CA1031\ncatch (Exception)")]));
}
