// The catalogue of the editor's words looks for the editor under the name of its ancestor.
import hugerte from "hugerte";

globalThis.tinymce = hugerte;
