import unittest

from stack import paths, sam_template


class Functions(unittest.TestCase):
    TEMPLATE = sam_template.parse((paths.ROOT / "template.yaml").read_text())

    def test_every_function_is_a_binary_of_the_package_that_it_names(self) -> None:
        for function in sam_template.functions(self.TEMPLATE):
            binary = sam_template.binary(function)
            package = paths.ROOT / function["Properties"]["CodeUri"]
            source = package / "src" / ("main.rs" if package.name == binary else f"bin/{binary}.rs")
            self.assertTrue(source.is_file(), source)

    def test_every_binary_is_one_function(self) -> None:
        binaries = [sam_template.binary(function) for function in sam_template.functions(self.TEMPLATE)]
        folder = paths.ROOT / "functions"
        of_sources = [package.name for package in folder.iterdir() if (package / "src" / "main.rs").is_file()]
        of_sources += [source.stem for source in folder.glob("*/src/bin/*.rs")]

        self.assertEqual(sorted(binaries), sorted(of_sources))

    def test_two_binaries_of_a_package_are_packaged_apart(self) -> None:
        separated = sam_template.with_own_folders(self.TEMPLATE)

        folders = {
            sam_template.binary(function): function["Properties"]["CodeUri"]
            for function in sam_template.functions(separated)
        }
        self.assertEqual(folders["publish"], "functions/publish")
        self.assertEqual(folders["republish"], "functions/republish")
        self.assertEqual(len(set(folders.values())), len(folders))
