/** Constants written by the build. */
declare const __PDFJS_VERSION__: string;
